#include "cluster/slots.hpp"

#include <array>
#include <string>
#include <vector>

namespace rediserve::cluster {

namespace {

using table = std::array<std::uint16_t, 256>;

// CRC16/XMODEM: polynomial 0x1021, nothing reflected, starts from 0.
constexpr table first_table() noexcept
{
    table made{};
    for (unsigned byte = 0; byte < made.size(); ++byte) {
        unsigned rest = byte << 8;
        for (int bit = 0; bit < 8; ++bit)
            rest = (rest & 0x8000u) != 0 ? (rest << 1) ^ 0x1021u : rest << 1;
        made[byte] = static_cast<std::uint16_t>(rest);
    }
    return made;
}

// tables[n] has what a byte comes to with n zero bytes behind it, so that four bytes are looked up at once.
constexpr std::array<table, 4> all_tables() noexcept
{
    std::array<table, 4> made{first_table()};
    for (std::size_t n = 1; n < made.size(); ++n)
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const unsigned before = made[n - 1][byte];
            made[n][byte] = static_cast<std::uint16_t>((before << 8) ^ made[0][before >> 8]);
        }
    return made;
}

constexpr auto tables = all_tables();

unsigned crc16(std::string_view bytes) noexcept
{
    unsigned sum = 0;
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    std::size_t left = bytes.size();
    for (; left >= 4; left -= 4, at += 4)
        sum = tables[3][(sum >> 8) ^ at[0]] ^ tables[2][(sum & 0xFFu) ^ at[1]] ^ tables[1][at[2]] ^ tables[0][at[3]];
    for (; left > 0; --left, ++at)
        sum = ((sum << 8) & 0xFFFFu) ^ tables[0][(sum >> 8) ^ *at];
    return sum;
}

// What is between the first { and the first } behind it, unless that is nothing; else the whole key.
std::string_view hashed(std::string_view key) noexcept
{
    const auto open = key.find('{');
    if (open == std::string_view::npos)
        return key;
    const auto close = key.find('}', open + 1);
    return close == std::string_view::npos || close == open + 1 ? key : key.substr(open + 1, close - open - 1);
}

// Numbers, counted up until all slots have one.
std::vector<std::string> one_for_each_slot()
{
    std::vector<std::string> tags(slot_count);
    std::size_t missing = slot_count;
    for (std::size_t number = 0; missing > 0; ++number) {
        const std::string text = std::to_string(number);
        std::string& tag = tags[slot_of(text)];
        missing -= tag.empty() ? 1 : 0;
        if (tag.empty())
            tag = text;
    }
    return tags;
}

}   // namespace

std::uint16_t slot_of(std::string_view key) noexcept
{
    return static_cast<std::uint16_t>(crc16(hashed(key)) % slot_count);
}

std::string_view tag_in(std::uint16_t slot)
{
    static const std::vector<std::string> tags = one_for_each_slot();
    return tags[slot];
}

}   // namespace rediserve::cluster
