// A server's commands, as far as tests of rules need them: described as by COMMAND of Redis 7.
#pragma once

#include "rediserve/commands/command_table.hpp"
#include "support/fake_backend.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rediserve::test {

using strings = std::vector<std::string>;

inline std::string bulks(const strings& words)
{
    strings list;
    for (const std::string& word : words)
        list.push_back(bulk(word));
    return array(list);
}

inline std::string number(int value)
{
    return ":" + std::to_string(value) + "\r\n";
}

// A key specification: from word `begin` on, up to `last`, counted from there.
inline std::string keys(const strings& flags, int begin = 1, int last = 0, int step = 1)
{
    return array(
        {bulk("flags"), bulks(flags), bulk("begin_search"),
         array({bulk("type"), bulk("index"), bulk("spec"), array({bulk("index"), number(begin)})}), bulk("find_keys"),
         array(
             {bulk("type"), bulk("range"), bulk("spec"),
              array({bulk("lastkey"), number(last), bulk("keystep"), number(step), bulk("limit"), number(0)})}
         )}
    );
}

// … as many as the word at `begin` says.
inline std::string counted_keys(const strings& flags, int begin)
{
    return array(
        {bulk("flags"), bulks(flags), bulk("begin_search"),
         array({bulk("type"), bulk("index"), bulk("spec"), array({bulk("index"), number(begin)})}), bulk("find_keys"),
         array(
             {bulk("type"), bulk("keynum"), bulk("spec"),
              array({bulk("keynumidx"), number(0), bulk("firstkey"), number(1), bulk("keystep"), number(1)})}
         )}
    );
}

// … behind `keyword`.
inline std::string keys_behind(const strings& flags, const std::string& keyword, int from, int last, int limit = 0)
{
    return array(
        {bulk("flags"), bulks(flags), bulk("begin_search"),
         array(
             {bulk("type"), bulk("keyword"), bulk("spec"),
              array({bulk("keyword"), bulk(keyword), bulk("startfrom"), number(from)})}
         ),
         bulk("find_keys"),
         array(
             {bulk("type"), bulk("range"), bulk("spec"),
              array({bulk("lastkey"), number(last), bulk("keystep"), number(1), bulk("limit"), number(limit)})}
         )}
    );
}

inline std::string unknown_keys(const strings& flags)
{
    const std::string unknown = array({bulk("type"), bulk("unknown"), bulk("spec"), array({})});
    return array({bulk("flags"), bulks(flags), bulk("begin_search"), unknown, bulk("find_keys"), unknown});
}

struct description
{
    std::string name;
    strings flags = {};
    strings categories = {};
    strings key_specs = {};
    strings parts = {};   // descriptions of its subcommands
};

inline std::string described(const description& of)
{
    return array(
        {bulk(of.name), number(-1), bulks(of.flags), number(0), number(0), number(0), bulks(of.categories), array({}),
         array(of.key_specs), array(of.parts)}
    );
}

inline std::shared_ptr<const commands::command_table> table_of(const strings& descriptions)
{
    std::shared_ptr<const commands::command_table> made;
    with_reply(array(descriptions), [&](const redis::reply_view& reply) {
        made = commands::command_table::parse(reply);
        return true;
    });
    return made;
}

// Of every kind some.
inline std::shared_ptr<const commands::command_table> known_commands()
{
    const strings reads = {"RO", "access"};
    const strings writes = {"OW", "update"};
    return table_of({
        described({"get", {"readonly"}, {"@read", "@string", "@fast"}, {keys(reads)}}),
        described({"mget", {"readonly"}, {"@read", "@string", "@fast"}, {keys(reads, 1, -1)}}),
        described({"exists", {"readonly"}, {"@keyspace", "@read", "@fast"}, {keys({"RO"}, 1, -1)}}),
        described({"del", {"write"}, {"@keyspace", "@write", "@slow"}, {keys({"RM", "delete"}, 1, -1)}}),
        described(
            {"set", {"write"}, {"@write", "@string", "@slow"}, {keys({"RW", "access", "update", "variable_flags"})}}
        ),
        described({"copy", {"write"}, {"@keyspace", "@write", "@slow"}, {keys(reads), keys(writes, 2)}}),
        described({"keys", {"readonly"}, {"@keyspace", "@read", "@slow", "@dangerous"}}),
        described(
            {"sort",
             {"write", "movablekeys"},
             {"@write", "@list", "@slow", "@dangerous"},
             {keys(reads), unknown_keys(reads), unknown_keys(writes)}}
        ),
        described({"eval", {"movablekeys"}, {"@slow", "@scripting"}, {counted_keys({"RW", "access", "update"}, 2)}}),
        described(
            {"xreadgroup",
             {"write", "movablekeys"},
             {"@write", "@stream", "@slow"},
             {keys_behind(reads, "STREAMS", 4, -1, 2)}}
        ),
        described({"randomkey", {"readonly"}, {"@keyspace", "@read", "@slow"}}),
        described({"flushall", {"write"}, {"@keyspace", "@write", "@slow", "@dangerous"}}),
        described({"shutdown", {"admin"}, {"@admin", "@slow", "@dangerous"}}),
        described({"select", {"fast"}, {"@fast", "@connection"}}),
        described({"auth", {"no_auth"}, {"@fast", "@connection"}}),
        described({"publish", {"pubsub"}, {"@pubsub", "@fast"}}),
        described({"subscribe", {"pubsub"}, {"@pubsub", "@slow"}}),
        described({"psubscribe", {"pubsub"}, {"@pubsub", "@slow"}}),
        described({"odd.move", {"write", "module", "movablekeys"}, {"@write"}}),
        described({"ODD.GET", {"readonly", "module"}, {}, {keys(reads)}}),
        described(
            {"config",
             {},
             {"@slow"},
             {},
             {described({"config|get", {"admin"}, {"@admin", "@slow", "@dangerous"}}),
              described({"config|set", {"admin"}, {"@admin", "@slow", "@dangerous"}}),
              described({"config|help", {}, {"@slow"}})}}
        ),
        described(
            {"object",
             {},
             {"@slow"},
             {},
             {described({"object|freq", {"readonly"}, {"@keyspace", "@read", "@slow"}, {keys({"RO"}, 2)}}),
              described({"object|help", {}, {"@keyspace", "@slow"}})}}
        ),
    });
}

}   // namespace rediserve::test
