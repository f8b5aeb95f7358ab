// What may be sent, by whom, which call a path is, and what is answered without Redis.
#include "api/sync_token.hpp"
#include "api/upstash/made_reply.hpp"
#include "api/upstash/place.hpp"
#include "api/upstash/policy.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::api::upstash {
namespace {

using http::header;
using words = std::vector<std::string_view>;

TEST(UpstashPolicy, RefusesWhatChangesTheConnection)
{
    for (const words& command : std::vector<words>{
             {"MULTI"},
             {"exec"},
             {"Auth", "x"},
             {"SELECT", "1"},
             {"SELECT"},
             {"CLIENT"},
             {"CLIENT", "REPLY", "OFF"},
             {"client", "tracking", "on"},
             {"SCRIPT", "DEBUG", "yes"},
             {"restore-asking", "k"},
             {"SUBSCRIBE", "c"}})
        EXPECT_EQ(judge(command), verdict::refused) << command.front();
}

TEST(UpstashPolicy, PassesTheOthers)
{
    for (const words& command : std::vector<words>{
             {"GET", "k"},
             {"SCRIPT", "LOAD", "x"},
             {"client", "id"},
             {"CLIENT", "list"},
             {"NOSUCH"},
             {""},
             {"0"},
             {"{ulti"},
             {"\xff"},
             {"MULTIPLE"}})
        EXPECT_EQ(judge(command), verdict::pass) << command.front();
    const std::string overlong(100'000, 'm');
    EXPECT_EQ(judge(words{overlong}), verdict::pass);
}

TEST(UpstashPolicy, AnswersSomeWithoutRedis)
{
    EXPECT_EQ(judge(words{"SELECT", "0"}), verdict::ok);
    EXPECT_EQ(judge(words{"client", "SetInfo", "LIB-NAME", "x"}), verdict::ok);
}

TEST(UpstashPolicy, TellsTokensOfUsersFromOtherCommands)
{
    EXPECT_EQ(judge(words{"acl", "RestToken", "ann", "secret"}), verdict::token);
    EXPECT_EQ(judge(words{"ACL", "RESTTOKEN"}), verdict::token);
    EXPECT_EQ(judge(words{"ACL", "WHOAMI"}), verdict::pass);
    EXPECT_EQ(judge(words{"ACL"}), verdict::pass);
}

TEST(UpstashPolicy, SaysWhichCommandIsRefused)
{
    EXPECT_EQ(not_over_rest("multi"), "ERR Command \"MULTI\" is not allowed in REST or it has a special context path");
}

TEST(UpstashPlace, IsWhereAPathLeads)
{
    EXPECT_EQ(place_of("").is, place_kind::document);
    EXPECT_EQ(place_of("/").is, place_kind::document);
    EXPECT_EQ(place_of("/pipeline").is, place_kind::pipeline);
    EXPECT_EQ(place_of("/Pipeline/").is, place_kind::pipeline);
    EXPECT_EQ(place_of("/pipeline/x").is, place_kind::path);
    EXPECT_EQ(place_of("/multi-exec").is, place_kind::multi_exec);
    EXPECT_EQ(place_of("/get/pipeline").is, place_kind::path);
    EXPECT_EQ(place_of("/subscribe/c").kind, redis::subscription_kind::channel);
    EXPECT_EQ(place_of("/PSUBSCRIBE/c*").kind, redis::subscription_kind::pattern);
    EXPECT_EQ(place_of("/ssubscribe/c").kind, redis::subscription_kind::shard_channel);
    EXPECT_EQ(place_of("/monitor").kind, redis::subscription_kind::monitor);
    EXPECT_EQ(place_of("/monitor").is, place_kind::events);
    EXPECT_EQ(place_of("//").is, place_kind::path);
}

TEST(UpstashMadeReply, HasTheFormOfAReply)
{
    const page_of_keys page{.cursor = "0", .keys = {"a"}, .types = {"hash"}};
    buffer json;
    append_page_result(json, page, format::json);
    EXPECT_EQ(json.view(), R"({"result":["0",["a","hash"]]})");
    buffer resp;
    append_page_result(resp, page, format::resp2);
    append_integer_result(resp, -5, format::resp2);
    append_ok(resp, format::resp2);
    EXPECT_EQ(resp.view(), "*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$4\r\nhash\r\n:-5\r\n+OK\r\n");
    buffer base64;
    append_string_result(base64, "hello", format::base64);
    EXPECT_EQ(base64.view(), R"({"result":"aGVsbG8="})");
}

TEST(UpstashSyncToken, IsNeverTheSameTwice)
{
    std::set<std::string> seen;
    const auto draw = [&] {
        for (int i = 0; i < 1000; ++i)
            seen.emplace(next_sync_token());
    };
    draw();
    std::thread(draw).join();
    EXPECT_EQ(seen.size(), 2000U);
}

}   // namespace
}   // namespace rediserve::api::upstash
