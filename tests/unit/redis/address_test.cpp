#include "rediserve/redis/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rediserve::redis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
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

TEST(Address, ReadsASentinelGroup)
{
    const auto read = parse_address("redis-sentinel://ada:se%40cret@one:26380,two,[2001:db8::1]:7/my.master/3");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->topology, topology::sentinel);
    EXPECT_EQ(read->transport, transport::tcp);
    EXPECT_EQ(read->user, "ada");
    EXPECT_EQ(read->password, "se@cret");
    EXPECT_THAT(read->seeds, ElementsAre(place{"one", 26380}, place{"two", 26379}, place{"2001:db8::1", 7}));
    EXPECT_EQ(read->host, "one");
    EXPECT_EQ(read->port, 26380);
    EXPECT_EQ(read->master, "my.master");
    EXPECT_EQ(read->database, 3u);
}

TEST(Address, ReadsACluster)
{
    const auto read = parse_address("REDISS-cluster://:word@[::1],two:7001/0");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->topology, topology::cluster);
    EXPECT_EQ(read->transport, transport::tls);
    EXPECT_EQ(read->password, "word");
    EXPECT_THAT(read->seeds, ElementsAre(place{"::1", 6379}, place{"two", 7001}));
    EXPECT_EQ(read->host, "::1");
    EXPECT_EQ(read->database, 0u);
}

TEST(Address, HasTheUsualDefaultsOfGroups)
{
    const auto group = parse_address("redis-sentinel:///mymaster/");
    ASSERT_TRUE(group);
    EXPECT_THAT(group->seeds, ElementsAre(place{"127.0.0.1", 26379}));
    EXPECT_EQ(group->database, 0u);
    const auto cluster = parse_address("redis-cluster://");
    ASSERT_TRUE(cluster);
    EXPECT_THAT(cluster->seeds, ElementsAre(place{"127.0.0.1", 6379}));
}

TEST(Address, OfOneServerHasNoSeeds)
{
    const auto read = parse_address("redis://one");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->topology, topology::standalone);
    EXPECT_THAT(read->seeds, IsEmpty());
}

TEST(Address, ListsAsManyHostsAsAreOfUse)
{
    std::string url = "redis-cluster://h0";
    for (int i = 1; i < 64; ++i)
        url += ",h" + std::to_string(i);
    ASSERT_TRUE(parse_address(url));
    EXPECT_EQ(parse_address(url)->seeds.size(), 64u);
    EXPECT_FALSE(parse_address(url + ",h64"));
}

TEST(Address, SaysWhatTheListsLack)
{
    const auto why = [](std::string_view url) { return parse_address(url).error().detail; };
    EXPECT_THAT(why("redis-sentinel://h"), HasSubstr("lacks the name of the master"));
    EXPECT_THAT(why("redis-cluster://h/1"), HasSubstr("a cluster has no other"));
    EXPECT_THAT(why("redis-cluster://h?db=1"), HasSubstr("a cluster has no other"));
    EXPECT_THAT(why("redis://h1:1,h2:2"), HasSubstr("lists several hosts"));
    EXPECT_THAT(why("redis-cluster://h1,,h2"), HasSubstr("empty place"));
    EXPECT_THAT(why("redis-cluster://h1,h1:6379"), HasSubstr("twice"));
}

TEST(Address, ReadsAPlace)
{
    const place otherwise{"here", 1};
    EXPECT_EQ(parse_place("h%2D1:7", otherwise).value(), (place{"h-1", 7}));
    EXPECT_EQ(parse_place("h", otherwise).value(), (place{"h", 1}));
    EXPECT_EQ(parse_place(":8", otherwise).value(), (place{"here", 8}));
    EXPECT_EQ(parse_place("[::1]:8", otherwise).value(), (place{"::1", 8}));
    EXPECT_FALSE(parse_place("h:0", otherwise));
    EXPECT_FALSE(parse_place("::1", otherwise));
    EXPECT_TRUE(parse_place(std::string(255, 'h'), otherwise));
    EXPECT_FALSE(parse_place(std::string(256, 'h'), otherwise));
    EXPECT_EQ(to_text({"::1", 8}), "[::1]:8");
    EXPECT_EQ(to_text({"h", 8}), "h:8");
}

TEST(Address, MasksThePasswordAndNothingElse)
{
    for (const auto* const url :
         {"redis://ada:***@redis.example:6380/3", "rediss://[2001:db8::1]:7000", "unix:///run/redis.sock?db=2",
          "redis://:***@h:6379", "redis-sentinel://ada:***@one:26380,[::1]:26379/mymaster/3",
          "rediss-sentinel://one:26379/m", "redis-cluster://:***@one:7000,two:7001", "rediss-cluster://[::1]:7000"}) {
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
        "redis://[::1", "redis://[::1]x", "redis://[example]:1", "redis://::1:6379", "redis://%3A%3A1",
        "redis://u:hunter2%zz@h", "redis://u:hunter2%00@h", "redis://u:hunter2#@h", "unix://", "unix:///",
        "unix://host/path", "unix:///s?db=x", "redis://h1,h2", "redis-sentinel://h", "redis-sentinel://h/",
        "redis-sentinel:///", "redis-sentinel://h//0", "redis-sentinel://h/m/x", "redis-sentinel://h/m%20n",
        "redis-sentinel://h/m%0D", "redis-sentinel://h/m%zz", "redis-sentinel://h/m?x=1", "redis-sentinel://h,/m",
        "redis-sentinel://,h/m", "redis-sentinel://h:0/m", "redis-sentinel://u:hunter2@h,h/m", "redis-sentinel://[h]/m",
        "redis-sentinel://[::1,h/m", "redis-cluster://h/1", "redis-cluster://h/mymaster", "redis-cluster://h?db=2",
        "redis-cluster://u:hunter2@h:x", "redis-cluster://,", "redis-clusters://h"
    )
);

TEST(Address, RefusesAPathThatNoSocketCanHave)
{
    EXPECT_TRUE(parse_address("unix:///" + std::string(106, 'x')));
    EXPECT_FALSE(parse_address("unix:///" + std::string(107, 'x')));
}

}   // namespace
}   // namespace rediserve::redis
