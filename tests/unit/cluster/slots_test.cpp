#include "cluster/slots.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rediserve::cluster {
namespace {

// As the specification has it, one bit at a time.
unsigned slow_crc16(std::string_view bytes)
{
    unsigned sum = 0;
    for (const char c : bytes) {
        sum ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8;
        for (int bit = 0; bit < 8; ++bit)
            sum = ((sum << 1) ^ ((sum & 0x8000u) != 0 ? 0x1021u : 0u)) & 0xFFFFu;
    }
    return sum;
}

TEST(Slots, AreThoseOfTheSpecification)
{
    ASSERT_EQ(slow_crc16("123456789"), 0x31C3u) << "the check value of CRC16/XMODEM";
    EXPECT_EQ(slot_of("123456789"), 0x31C3u);
    EXPECT_EQ(slot_of(""), 0);
    EXPECT_EQ(slot_of("foo"), 12182);
    EXPECT_EQ(slot_of("bar"), 5061);
    EXPECT_EQ(slot_of("somekey"), 11058);
}

TEST(Slots, TakeAnyBytesOfAnyLength)
{
    std::string key;
    for (unsigned i = 0; i < 600; ++i) {
        EXPECT_EQ(slot_of(key), slow_crc16(key) % slot_count) << key.size();
        const auto next = static_cast<char>(i * 37 % 256);
        key.push_back(next == '{' ? '\xFF' : next);
    }
}

TEST(Slots, AreThoseOfTheTag)
{
    EXPECT_EQ(slot_of("{user1000}.following"), slot_of("user1000"));
    EXPECT_EQ(slot_of("{user1000}.followers"), slot_of("user1000"));
    EXPECT_EQ(slot_of("a{b}c{d}e"), slot_of("b"));
    EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
    EXPECT_EQ(slot_of("foo{bar}{zap}"), slot_of("bar"));
    EXPECT_EQ(slot_of("}{x}"), slot_of("x"));
}

TEST(Slots, AreThoseOfTheWholeKeyWithoutOne)
{
    for (const char* const key : {"foo{}{bar}", "{}", "a{", "a}", "a{b", "}a{b", "{}{a}"})
        EXPECT_EQ(slot_of(key), slow_crc16(key) % slot_count) << key;
}

TEST(Slots, EachHasATag)
{
    for (std::size_t slot = 0; slot < slot_count; ++slot) {
        const std::string tag(tag_in(static_cast<std::uint16_t>(slot)));
        ASSERT_EQ(slot_of(tag), slot);
        ASSERT_EQ(slot_of("rediserve:{" + tag + "}:x"), slot);
    }
}

}   // namespace
}   // namespace rediserve::cluster
