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

TEST(Digest, ComparesWholeDigests)
{
    sha256_digest other = sha256("abc");
    EXPECT_TRUE(equal_constant_time(sha256("abc"), other));
    other.back() ^= 1;
    EXPECT_FALSE(equal_constant_time(sha256("abc"), other));
}

}   // namespace
}   // namespace rediserve
