#include "rediserve/commands/routing.hpp"

#include "rediserve/commands/command_table.hpp"
#include "support/known_commands.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rediserve::commands {
namespace {

using test::strings;
using words = std::vector<std::string_view>;

// A command with tips, as Redis 7 describes it.
std::string tipped(const std::string& name, const strings& tips, const strings& parts = {})
{
    const strings none{};
    return test::array(
        {test::bulk(name), test::number(-1), test::bulks(none), test::number(0), test::number(0), test::number(0),
         test::bulks(none), test::bulks(tips), test::array({}), test::array(parts)}
    );
}

routing to(request_policy request, response_policy response)
{
    return {request, response};
}

// What Redis 7.0.15, Redis 8.0 and Valkey 8.0 say, but for tips that are about nothing of this. (RANDOMKEY, SCAN and LATENCY RESET
// have others, or none, in 7.0.)
struct said
{
    std::string name;
    std::string request;
    std::string response;
};

const std::vector<said>& all_said()
{
    static const std::vector<said> all{
        {"acl|deluser", "all_nodes", "all_succeeded"},
        {"acl|save", "all_nodes", "all_succeeded"},
        {"acl|setuser", "all_nodes", "all_succeeded"},
        {"client|setinfo", "all_nodes", "all_succeeded"},
        {"client|setname", "all_nodes", "all_succeeded"},
        {"cluster|slot-stats", "all_shards", ""},
        {"config|resetstat", "all_nodes", "all_succeeded"},
        {"config|rewrite", "all_nodes", "all_succeeded"},
        {"config|set", "all_nodes", "all_succeeded"},
        {"dbsize", "all_shards", "agg_sum"},
        {"del", "multi_shard", "agg_sum"},
        {"exists", "multi_shard", "agg_sum"},
        {"flushall", "all_shards", "all_succeeded"},
        {"flushdb", "all_shards", "all_succeeded"},
        {"function|delete", "all_shards", "all_succeeded"},
        {"function|flush", "all_shards", "all_succeeded"},
        {"function|kill", "all_shards", "one_succeeded"},
        {"function|load", "all_shards", "all_succeeded"},
        {"function|restore", "all_shards", "all_succeeded"},
        {"function|stats", "all_shards", "special"},
        {"info", "all_shards", "special"},
        {"keys", "all_shards", ""},
        {"latency|doctor", "all_nodes", "special"},
        {"latency|graph", "all_nodes", "special"},
        {"latency|histogram", "all_nodes", "special"},
        {"latency|history", "all_nodes", "special"},
        {"latency|latest", "all_nodes", "special"},
        {"latency|reset", "all_nodes", "agg_sum"},
        {"memory|doctor", "all_shards", "special"},
        {"memory|malloc-stats", "all_shards", "special"},
        {"memory|purge", "all_shards", "all_succeeded"},
        {"memory|stats", "all_shards", "special"},
        {"mget", "multi_shard", ""},
        {"mset", "multi_shard", "all_succeeded"},
        {"ping", "all_shards", "all_succeeded"},
        {"randomkey", "all_shards", "special"},
        {"scan", "special", "special"},
        {"script|exists", "all_shards", "agg_logical_and"},
        {"script|flush", "all_nodes", "all_succeeded"},
        {"script|kill", "all_shards", "one_succeeded"},
        {"script|load", "all_nodes", "all_succeeded"},
        {"slowlog|get", "all_nodes", ""},
        {"slowlog|len", "all_nodes", "agg_sum"},
        {"slowlog|reset", "all_nodes", "all_succeeded"},
        {"touch", "multi_shard", "agg_sum"},
        {"unlink", "multi_shard", "agg_sum"},
        {"wait", "all_shards", "agg_min"},
        {"waitaof", "all_shards", "agg_min"},
    };
    return all;
}

TEST(Routing, UnderstandsWhatServersSay)
{
    for (const said& one : all_said()) {
        routing read;
        EXPECT_TRUE(apply_tip(read, "request_policy:" + one.request)) << one.name;
        EXPECT_NE(read.request, request_policy::by_keys) << one.name;
        EXPECT_EQ(apply_tip(read, "response_policy:" + one.response), !one.response.empty()) << one.name;
        EXPECT_EQ(read.response == response_policy::as_it_is, one.response.empty()) << one.name;
        if (one.name != "cluster|slot-stats") {   // newer than servers without tips
            EXPECT_EQ(known_routing(one.name), read) << one.name;
        }
    }
}

TEST(Routing, EveryWordHasAMeaningOfItsOwn)
{
    std::set<request_policy> requests;
    for (const char* const word : {"all_nodes", "all_shards", "multi_shard", "special"}) {
        routing read;
        EXPECT_TRUE(apply_tip(read, std::string("request_policy:") + word));
        requests.insert(read.request);
        EXPECT_EQ(read.response, response_policy::as_it_is);
    }
    EXPECT_EQ(requests.size(), 4U);
    std::set<response_policy> responses;
    for (const char* const word :
         {"one_succeeded", "all_succeeded", "agg_logical_and", "agg_logical_or", "agg_min", "agg_max", "agg_sum",
          "special"}) {
        routing read;
        EXPECT_TRUE(apply_tip(read, std::string("response_policy:") + word));
        responses.insert(read.response);
    }
    EXPECT_EQ(responses.size(), 8U);
}

TEST(Routing, PassesOverOtherTips)
{
    routing read;
    for (const char* const tip :
         {"", "nondeterministic_output", "nondeterministic_output_order", "request_policy",
          "request_policy:", "request_policy:nosuch", "response_policy:all_nodes", "request_policy:all_nodes "})
        EXPECT_FALSE(apply_tip(read, tip)) << tip;
    EXPECT_EQ(read, routing{});
}

TEST(Routing, IsKnownOfServersWithoutTips)
{
    EXPECT_EQ(known_routing("dbsize"), to(request_policy::all_shards, response_policy::agg_sum));
    EXPECT_EQ(known_routing("script|load"), to(request_policy::all_nodes, response_policy::all_succeeded));
    for (const char* const name : {"get", "script", "", "zzz", "DBSIZE"})
        EXPECT_EQ(known_routing(name), routing{}) << name;
}

TEST(CommandTable, SaysWhereCommandsGo)
{
    const auto made = test::table_of(
        {tipped("dbsize", {"request_policy:all_shards", "response_policy:agg_sum"}),
         tipped("keys", {"request_policy:all_shards", "nondeterministic_output_order"}),
         tipped(
             "script", {},
             {tipped("script|exists", {"request_policy:all_shards", "response_policy:agg_logical_and"}),
              tipped("script|new", {})}
         ),
         tipped("mget", {"request_policy:all_nodes"}), tipped("get", {"response_policy:nosuch"})}
    );
    ASSERT_TRUE(made);
    EXPECT_EQ(made->find("dbsize")->where, to(request_policy::all_shards, response_policy::agg_sum));
    EXPECT_EQ(made->route(words{"DBSIZE"}), to(request_policy::all_shards, response_policy::agg_sum));
    EXPECT_EQ(made->route(words{"keys", "*"}), to(request_policy::all_shards, response_policy::as_it_is));
    EXPECT_EQ(
        made->route(words{"Script", "Exists", "x"}), to(request_policy::all_shards, response_policy::agg_logical_and)
    );
    EXPECT_EQ(made->route(words{"mget", "a"}), to(request_policy::all_nodes, response_policy::as_it_is))
        << "the server's word counts";
    for (const words& command : std::vector<words>{{}, {"get", "a"}, {"script", "load", "x"}, {"script"}, {"nosuch"}})
        EXPECT_EQ(made->route(command), routing{});
}

TEST(CommandTable, KnowsWhereCommandsGoOfServersThatDoNotSay)
{
    const auto redis6 = [](const std::string& name) {
        const strings none{};
        return test::array(
            {test::bulk(name), test::number(-1), test::bulks(none), test::number(0), test::number(0), test::number(0),
             test::bulks(none)}
        );
    };
    const auto made = test::table_of({redis6("dbsize"), redis6("script"), redis6("get")});
    ASSERT_TRUE(made);
    EXPECT_EQ(made->find("dbsize")->where, known_routing("dbsize"));
    for (const std::shared_ptr<const command_table>& table : {made, {command_table::built_in()}}) {
        EXPECT_EQ(table->route(words{"DBSIZE"}), known_routing("dbsize"));
        EXPECT_EQ(table->route(words{"script", "LOAD", "x"}), known_routing("script|load"));
        EXPECT_EQ(table->route(words{"get", "load"}), routing{});
        EXPECT_EQ(table->route(words{"dbsize|", "load"}), routing{});
    }
}

}   // namespace
}   // namespace rediserve::commands
