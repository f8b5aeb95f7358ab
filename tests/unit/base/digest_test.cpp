#include "rediserve/base/digest.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rediserve {
namespace {

template <class Digest>
std::string hex(const Digest& digest)
{
    std::string text(digest.size() * 2, '\0');
    to_hex(digest.data(), digest.size(), text.data());
    return text;
}

TEST(Digest, MatchesTheVectorsOfFips180)
{
    EXPECT_EQ(hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(hex(sha1("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, MatchesTheVectorsOfRfc4231)
{
    EXPECT_EQ(
        hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    EXPECT_EQ(
        hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    EXPECT_EQ(
        hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

TEST(Digest, ComparesEveryByteOfATextOfAnyLength)
{
    for (std::size_t size = 0; size < 40; ++size) {
        const std::string text(size, 'x');
        EXPECT_TRUE(equal_constant_time(text, std::string(size, 'x'))) << size;
        EXPECT_FALSE(equal_constant_time(text, text + 'x')) << size;
        for (std::size_t at = 0; at < size; ++at) {
            std::string other = text;
            other[at] = 'y';
            EXPECT_FALSE(equal_constant_time(text, other)) << size << ", " << at;
        }
    }
}

TEST(Digest, ComparesWholeDigests)
{
    sha256_digest other = sha256("abc");
    EXPECT_TRUE(equal_constant_time(sha256("abc"), other));
    other.back() ^= 1;
    EXPECT_FALSE(equal_constant_time(sha256("abc"), other));
}

}   // namespace
}   // namespace rediserve
