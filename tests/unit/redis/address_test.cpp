#include "rediserve/redis/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rediserve::redis {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Address, ReadsEveryPartOfAServerUrl)
{
    const auto read = parse_address("redis://ada:se%40cret@redis.example:6380/3");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->transport, transport::tcp);
    EXPECT_EQ(read->user, "ada");
    EXPECT_EQ(read->password, "se@cret");
    EXPECT_EQ(read->host, "redis.example");
    EXPECT_EQ(read->port, 6380);
    EXPECT_EQ(read->database, 3u);
}

TEST(Address, HasTheUsualDefaults)
{
    const auto read = parse_address("redis://");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->host, "127.0.0.1");
    EXPECT_EQ(read->port, 6379);
    EXPECT_EQ(read->database, 0u);
    EXPECT_EQ(read->user, "");
    EXPECT_EQ(read->password, "");
}

TEST(Address, TakesAPasswordWithoutAUser)
{
    const auto read = parse_address("rediss://:word@[2001:db8::1]:7000");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->transport, transport::tls);
    EXPECT_EQ(read->host, "2001:db8::1");
    EXPECT_EQ(read->port, 7000);
    EXPECT_EQ(read->user, "");
    EXPECT_EQ(read->password, "word");
}

TEST(Address, ReadsAUnixSocket)
{
    const auto read = parse_address("unix:///run/redis%20one.sock?db=2");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->transport, transport::unix_socket);
    EXPECT_EQ(read->path, "/run/redis one.sock");
    EXPECT_EQ(read->database, 2u);
}

TEST(Address, MasksThePasswordAndNothingElse)
{
    for (const auto* const url :
         {"redis://ada:***@redis.example:6380/3", "rediss://[2001:db8::1]:7000", "unix:///run/redis.sock?db=2",
          "redis://:***@h:6379"}) {
        std::string with_password = url;
        if (const auto at = with_password.find("***"); at != std::string::npos)
            with_password.replace(at, 3, "p%3Aw");
        const auto read = parse_address(with_password);
        ASSERT_TRUE(read) << url;
        EXPECT_EQ(masked_url(*read), url);
    }
}

class BadAddress : public testing::TestWithParam<const char*>
{};

TEST_P(BadAddress, IsRefusedWithoutQuotingIt)
{
    const auto read = parse_address(GetParam());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, errc::bad_configuration);
    EXPECT_THAT(read.error().detail, HasSubstr("the address of Redis"));
    EXPECT_THAT(read.error().detail, Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadAddress,
    testing::Values(
        "", "localhost:6379", "http://localhost", "redis://h:0", "redis://h:65536", "redis://h:x",
        "redis://u:hunter2@h:x", "redis://h/one", "redis://h/-1", "redis://h?db=x", "redis://h?timeout=5",
        "redis://[::1", "redis://[::1]x", "redis://[example]:1", "redis://::1:6379", "redis://u:hunter2%zz@h",
        "redis://u:hunter2%00@h", "redis://u:hunter2#@h", "unix://", "unix:///", "unix://host/path", "unix:///s?db=x"
    )
);

TEST(Address, RefusesAPathThatNoSocketCanHave)
{
    EXPECT_TRUE(parse_address("unix:///" + std::string(106, 'x')));
    EXPECT_FALSE(parse_address("unix:///" + std::string(107, 'x')));
}

}   // namespace
}   // namespace rediserve::redis
