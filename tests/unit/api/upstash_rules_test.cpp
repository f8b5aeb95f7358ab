// What may be sent, by whom, which call a path is, and what is answered without Redis.
#include "api/upstash/made_reply.hpp"
#include "api/upstash/origin.hpp"
#include "api/upstash/place.hpp"
#include "api/upstash/policy.hpp"
#include "api/upstash/read_only.hpp"
#include "api/upstash/sync_token.hpp"
#include "support/fake_exchange.hpp"

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

TEST(UpstashPolicy, SaysWhichCommandIsRefused)
{
    EXPECT_EQ(not_over_rest("multi"), "ERR Command \"MULTI\" is not allowed in REST or it has a special context path");
}

TEST(UpstashReadOnly, MayRead)
{
    const commands::command_info reads{.reads_only = true};
    const commands::command_info dangerous{.reads_only = true, .dangerous = true};
    const commands::command_info writes{};
    EXPECT_TRUE(may_run_read_only(words{"GET", "k"}, &reads));
    EXPECT_TRUE(may_run_read_only(words{"ping"}, nullptr));
    EXPECT_FALSE(may_run_read_only(words{"GET", "k"}, nullptr));
    EXPECT_FALSE(may_run_read_only(words{"SET", "k", "v"}, &writes));
    EXPECT_FALSE(may_run_read_only(words{"SORT_RO", "k"}, &dangerous));
    EXPECT_FALSE(may_run_read_only(words{"scan", "0"}, &reads));
    EXPECT_FALSE(may_run_read_only(words{"RandomKey"}, &reads));
    EXPECT_EQ(
        no_permission(words{"SET", "k"}),
        "NOPERM this user has no permissions to run the 'set' command or its subcommand"
    );
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

using test::fake_exchange;

TEST(UpstashOrigin, IsReadableWhenAllowed)
{
    const fake_exchange of(http::method::get, "/", {}, {{header::origin, "https://a.test"}});
    EXPECT_EQ(readable_from(of.request(), "any"), "https://a.test");
    EXPECT_EQ(readable_from(of.request(), "https://b.test , https://A.test"), "https://a.test");
    EXPECT_EQ(readable_from(of.request(), "https://b.test"), "");
    EXPECT_EQ(readable_from(of.request(), "off"), "");
}

TEST(UpstashOrigin, IsForeignUnlessItsOwnOrListed)
{
    const auto foreign = [](const fake_exchange::header_map& headers, std::string_view allowed) {
        const fake_exchange of(http::method::get, "/", {}, headers);
        return is_foreign(of.request(), allowed);
    };
    EXPECT_FALSE(foreign({}, "any"));
    EXPECT_TRUE(foreign({{header::origin, "https://a.test"}, {header::host, "b.test"}}, "any"));
    EXPECT_TRUE(foreign({{header::origin, "null"}, {header::host, "null"}}, "any"));
    EXPECT_FALSE(foreign({{header::origin, "http://b.test:1"}, {header::host, "B.test:1"}}, "off"));
    EXPECT_FALSE(foreign({{header::origin, "https://a.test"}, {header::host, "b.test"}}, "https://a.test"));
    EXPECT_TRUE(foreign({{header::sec_fetch_site, "cross-site"}}, "any"));
    EXPECT_TRUE(foreign({{header::sec_fetch_site, "same-site"}}, "any"));
    EXPECT_FALSE(foreign({{header::sec_fetch_site, "same-origin"}}, "any"));
    EXPECT_FALSE(foreign({{header::sec_fetch_site, "none"}}, "any"));
}

TEST(UpstashMadeReply, HasTheFormOfAReply)
{
    const typed_page page{.cursor = "0", .keys = {"a"}, .types = {"hash"}};
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
