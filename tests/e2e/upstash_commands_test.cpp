// Every command that the server documents is sent, and its reply comes back as a connection of one's own gets it.
//
// The test walks through COMMAND DOCS. What a command needs is made from its documented arguments, or stands in a table below;
// a command for which neither will do fails the test, so that new ones are noticed.
#include "e2e/raw_redis.hpp"
#include "e2e/upstash_test.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <optional>

namespace rediserve::test {
namespace {

using nlohmann::json;
using words = std::vector<std::string>;

// ---- tables ----------------------------------------------------------------------------------------------------------

// Not compared, and why. What has one of these two reasons must be refused.
constexpr auto its_connection = "changes the connection that it comes on";
constexpr auto internal = "is for the server's own use";
const std::map<std::string, std::string> left_out = {
    {"asking", its_connection},
    {"auth", its_connection},
    {"client|caching", its_connection},
    {"client|no-evict", its_connection},
    {"client|no-touch", its_connection},
    {"client|reply", its_connection},
    {"client|setname", its_connection},
    {"client|tracking", its_connection},
    {"debug", its_connection},
    {"discard", its_connection},
    {"exec", its_connection},
    {"hello", its_connection},
    {"monitor", its_connection},
    {"multi", its_connection},
    {"pfdebug", internal},
    {"psubscribe", its_connection},
    {"psync", its_connection},
    {"punsubscribe", its_connection},
    {"quit", its_connection},
    {"readonly", its_connection},
    {"readwrite", its_connection},
    {"replconf", its_connection},
    {"reset", its_connection},
    {"restore-asking", internal},
    {"script|debug", its_connection},
    {"select", its_connection},
    {"shutdown", its_connection},
    {"ssubscribe", its_connection},
    {"subscribe", its_connection},
    {"sunsubscribe", its_connection},
    {"sync", its_connection},
    {"unsubscribe", its_connection},
    {"unwatch", its_connection},
    {"watch", its_connection},
    {"client|setinfo", "is answered by the gateway: upstash_pipeline_test"},
    {"pfselftest", "is a test of the server that takes seconds"},
};

// Arguments, where those made by the rule would not do, or would do harm.
const std::map<std::string, words> given = {
    {"acl|dryrun", {"default", "GET", "s"}},
    {"acl|getuser", {"default"}},
    {"bitfield", {"s", "GET", "u8", "0"}},
    {"bitfield_ro", {"s", "GET", "u8", "0"}},
    {"bitop", {"NOT", "s2", "s"}},
    {"client|kill", {"127.0.0.1:1"}},
    {"command|getkeys", {"GET", "s"}},
    {"command|getkeysandflags", {"GET", "s"}},
    {"config|get", {"maxmemory*"}},
    {"config|set", {"maxmemory", "0"}},
    {"copy", {"s", "s2"}},
    {"eval", {"return {1,'x',{false,'y'},redis.status_reply('Z')}", "0"}},
    {"eval_ro", {"return {1,'x',{false,'y'},redis.status_reply('Z')}", "0"}},
    {"evalsha", {"e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "0"}},   // of "return 1"
    {"evalsha_ro", {"e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "0"}},
    {"fcall", {"f", "0"}},
    {"fcall_ro", {"f", "0"}},
    {"function|delete", {"lib"}},
    {"function|load", {"#!lua name=lib2\nredis.register_function('f2', function() return 1 end)"}},
    {"migrate", {"127.0.0.1", "1", "s", "0", "100"}},
    {"object|idletime", {"s"}},
    {"replicaof", {"NO", "ONE"}},
    {"script|load", {"return 2"}},
    {"slaveof", {"NO", "ONE"}},
    {"sort", {"set", "ALPHA"}},
    {"sort_ro", {"set", "ALPHA"}},
    {"xack", {"st", "x", "1-1"}},
    {"xadd", {"st", "9-9", "f", "v"}},
    {"xautoclaim", {"st", "x", "x", "0", "0"}},
    {"xclaim", {"st", "x", "x", "0", "1-1"}},
    {"xdel", {"st", "1-1"}},
    {"xgroup|create", {"st", "y", "0"}},
    {"xgroup|setid", {"st", "x", "0"}},
    {"xrange", {"st", "-", "+"}},
    {"xread", {"STREAMS", "st", "0"}},
    {"xreadgroup", {"GROUP", "x", "x", "STREAMS", "st", ">"}},
    {"xrevrange", {"st", "+", "-"}},
    {"xsetid", {"st", "9-9"}},
    {"xtrim", {"st", "MAXLEN", "0"}},
    {"zlexcount", {"z", "-", "+"}},
    {"zrange", {"z", "0", "-1", "WITHSCORES"}},
    {"zrangebylex", {"z", "-", "+"}},
    {"zrangestore", {"z2", "z", "0", "-1"}},
    {"zremrangebylex", {"z", "-", "+"}},
    {"zrevrangebylex", {"z", "+", "-"}},
};

// What these answer is another thing each time, or on each connection: only its kind is compared.
const std::map<std::string, std::string> varying = {
    {"acl|genpass", "is random"},
    {"acl|log", "tells of the past"},
    {"bgrewriteaof", "goes on behind the answer"},
    {"bgsave", "goes on behind the answer"},
    {"client|getname", "tells of the connection"},
    {"client|id", "tells of the connection"},
    {"client|info", "tells of the connection"},
    {"client|list", "tells of all connections"},
    {"info", "tells of the time"},
    {"keys", "comes in any order"},
    {"lastsave", "tells of the past"},
    {"latency|doctor", "tells of the past"},
    {"latency|histogram", "tells of the past"},
    {"latency|latest", "tells of the past"},
    {"lolwut", "is random"},
    {"memory|doctor", "tells of the time"},
    {"memory|malloc-stats", "tells of the time"},
    {"memory|stats", "tells of the time"},
    {"object|idletime", "tells of the time"},
    {"randomkey", "is random"},
    {"scan", "comes in any order"},
    {"slowlog|get", "tells of the past"},
    {"slowlog|len", "tells of the past"},
    {"time", "tells of the time"},
    {"xinfo|consumers", "tells of the time"},
};

// The key of the data below that a command of this group can work on.
std::string key_for(const std::string& group)
{
    static const std::map<std::string, std::string> keys = {
        {"geo", "g"},   {"hash", "h"},       {"hyperloglog", "pf"}, {"list", "l"},
        {"set", "set"}, {"sorted-set", "z"}, {"stream", "st"},
    };
    auto found = keys.find(group);
    return found == keys.end() ? "s" : found->second;
}

// Puts the server into the state that every command finds. Each collection has one element, so that nothing depends on order.
const std::vector<words> preparation = {
    {"FLUSHALL"},
    {"SCRIPT", "FLUSH"},
    {"SCRIPT", "LOAD", "return 1"},
    {"FUNCTION", "FLUSH"},
    {"FUNCTION", "LOAD",
     "#!lua name=lib\nredis.register_function{function_name='f', callback=function() return {'x'} end, "
     "flags={'no-writes'}}"},
    {"ACL", "DELUSER", "x"},
    {"SET", "s", "1"},
    {"RPUSH", "l", "x"},
    {"SADD", "set", "x"},
    {"ZADD", "z", "1", "x"},
    {"HSET", "h", "x", "1"},
    {"GEOADD", "g", "1", "1", "x"},
    {"PFADD", "pf", "x"},
    {"XADD", "st", "1-1", "x", "1"},
    {"XGROUP", "CREATE", "st", "x", "0"},
    {"XGROUP", "CREATECONSUMER", "st", "x", "x"},
};

// ---- the rule --------------------------------------------------------------------------------------------------------

// A map as RESP2 shows it: names and values in turn.
const json* member(const json& map, std::string_view name)
{
    for (std::size_t at = 0; at + 1 < map.size(); at += 2)
        if (map[at] == name)
            return &map[at + 1];
    return nullptr;
}

std::string text(const json& map, std::string_view name)
{
    const auto* found = member(map, name);
    return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_optional(const json& argument)
{
    const auto* flags = member(argument, "flags");
    return flags != nullptr && std::find(flags->begin(), flags->end(), "optional") != flags->end();
}

std::optional<std::string> plain_value(const std::string& type, const std::string& key)
{
    static const std::map<std::string, std::string> values = {
        {"string", "x"}, {"integer", "1"}, {"double", "1.5"}, {"pattern", "*"}, {"unix-time", "9999999999"},
    };
    if (type == "key")
        return key;
    auto found = values.find(type);
    return found == values.end() ? std::nullopt : std::optional(found->second);
}

// Appends the least that `argument` wants; false when its type is not known here.
bool append_required(const json& argument, const std::string& key, words& to)
{
    if (is_optional(argument))
        return true;
    auto type = text(argument, "type");
    if (auto token = text(argument, "token"); !token.empty())
        to.push_back(token);
    if (type == "pure-token")
        return true;
    const auto* parts = member(argument, "arguments");
    if (type == "oneof")
        return parts != nullptr && append_required(parts->front(), key, to);
    if (type == "block")
        return parts != nullptr && std::all_of(parts->begin(), parts->end(), [&](const json& part) {
                   return append_required(part, key, to);
               });
    auto value = plain_value(type, key);
    if (value)
        to.push_back(*value);
    return value.has_value();
}

struct documented
{
    std::string name;   // "config|get"
    words command;      // its name and arguments; empty when the rule does not know what it wants
    bool is_container = false;
};

documented made_from(const std::string& name, const json& document)
{
    documented made{name, {name.substr(0, name.find('|'))}, member(document, "subcommands") != nullptr};
    if (name.find('|') != std::string::npos)
        made.command.push_back(name.substr(name.find('|') + 1));
    if (auto found = given.find(name); found != given.end()) {
        made.command.insert(made.command.end(), found->second.begin(), found->second.end());
        return made;
    }
    const auto* arguments = member(document, "arguments");
    auto key = key_for(text(document, "group"));
    if (arguments != nullptr)
        for (const auto& argument : *arguments)
            if (!append_required(argument, key, made.command)) {
                made.command.clear();
                break;
            }
    return made;
}

void append_all(const json& documents, std::vector<documented>& to)
{
    for (std::size_t at = 0; at + 1 < documents.size(); at += 2) {
        to.push_back(made_from(documents[at].get<std::string>(), documents[at + 1]));
        if (const auto* subcommands = member(documents[at + 1], "subcommands"))
            append_all(*subcommands, to);
    }
}

// ---- the walk --------------------------------------------------------------------------------------------------------

bool says_how_to_call_it(std::string_view reply)
{
    return reply.starts_with("-ERR wrong number of arguments") || reply.starts_with("-ERR unknown ");
}

bool is_utf8(const json& value)
{
    try {
        static_cast<void>(value.dump());
        return true;
    } catch (const json::exception&) {
        return false;
    }
}

class UpstashCommands : public upstash_test
{
protected:
    void SetUp() override
    {
        upstash_test::SetUp();
        append_all(shown(direct_.ask({"COMMAND", "DOCS"})), all_);
        ASSERT_GT(all_.size(), 200U);
    }

    void prepare()
    {
        ASSERT_TRUE(await([&] {
            auto persistence = direct_.ask({"INFO", "persistence"});
            return persistence.find("_in_progress:1") == std::string::npos;
        }));
        direct_.ask_all(preparation);
    }

    http_response through_gateway(const words& command, const header_list& more = {})
    {
        prepare();
        return gateway_.request("POST", "/", json(command).dump(), bearing(rest_token, more));
    }

    void expect_refused(const documented& one)
    {
        auto answer = through_gateway(one.command);
        EXPECT_THAT(answer, Refuses(400)) << one.name;
        EXPECT_THAT(answer.body, testing::HasSubstr("is not allowed in REST or it has a special context path"))
            << one.name;
    }

    void expect_same(const documented& one)
    {
        prepare();
        auto reply = direct_.ask(one.command);
        if (one.is_container && says_how_to_call_it(reply))
            return;
        ++compared_;
        failed_ += reply.starts_with('-') ? 1 : 0;
        EXPECT_FALSE(says_how_to_call_it(reply)) << "give its arguments in the table: " << reply;
        auto raw = through_gateway(one.command, as_resp2);
        auto in_json = through_gateway(one.command);
        EXPECT_THAT(raw, HasStatus(reply.starts_with('-') ? 400 : 200));
        EXPECT_THAT(in_json, HasStatus(raw.status));
        if (varying.contains(one.name))
            expect_same_kind(reply, raw, in_json);
        else
            expect_equal(reply, raw, in_json);
    }

    static void expect_equal(const std::string& reply, const http_response& raw, const http_response& in_json)
    {
        EXPECT_EQ(raw.body, reply);
        auto expected = shown(reply);
        if (reply.starts_with('-')) {
            EXPECT_THAT(in_json, Refuses(400, expected.get<std::string>()));
        } else if (is_utf8(expected)) {
            EXPECT_EQ(json_of(in_json).value("result", json("(no result)")), expected);
        }
    }

    static void expect_same_kind(const std::string& reply, const http_response& raw, const http_response& in_json)
    {
        EXPECT_EQ(raw.body.substr(0, 1), reply.substr(0, 1));
        auto answer = json_of(in_json);
        ASSERT_TRUE(answer.contains("result")) << in_json.body;
        auto expected = shown(reply);
        EXPECT_TRUE(answer["result"].type() == expected.type() || expected.is_null() || expected.is_number());
    }

    std::vector<documented> all_;
    int compared_ = 0;
    int failed_ = 0;

private:
    raw_redis direct_{redis()};
    http_connection gateway_ = rest().connect();
};

TEST_F(UpstashCommands, AnswerAsTheyDoDirectly)
{
    for (const auto& one : all_) {
        SCOPED_TRACE(one.name + " " + json(one.command).dump());
        auto reason = left_out.find(one.name);
        if (reason != left_out.end() && (reason->second == its_connection || reason->second == internal))
            expect_refused(one);
        else if (reason == left_out.end() && one.command.empty())
            ADD_FAILURE() << "the rule does not know its arguments, and it is in no table";
        else if (reason == left_out.end())
            expect_same(one);
    }
    std::cout << compared_ << " commands compared, " << failed_ << " of them with an error as their reply; "
              << left_out.size() << " left out\n";
    EXPECT_GT(compared_, 300);
    EXPECT_LT(failed_, compared_ / 4);
}

TEST_F(UpstashCommands, AnswerInAPipelineAsTheyDoAlone)
{
    std::string batch;
    std::string expected;
    std::size_t count = 0;
    for (const auto* name :
         {"get", "lrange", "hgetall", "zrange", "smembers", "xrange", "geopos", "eval", "type", "incr", "lpush"}) {
        auto found = std::find_if(all_.begin(), all_.end(), [&](const documented& one) { return one.name == name; });
        ASSERT_NE(found, all_.end()) << name;
        batch += (count++ == 0 ? "" : ",") + json(found->command).dump();
        expected += through_gateway(found->command, as_resp2).body;
    }
    prepare();
    EXPECT_EQ(pipeline("[" + batch + "]", as_resp2).body, expected);
}

}   // namespace
}   // namespace rediserve::test
