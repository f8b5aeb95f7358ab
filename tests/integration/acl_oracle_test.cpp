// What Redis itself says about the same rules and the same commands: ACL DRYRUN.
#include "rediserve/access/rules.hpp"
#include "rediserve/base/bytes.hpp"

#include "e2e/raw_redis.hpp"
#include "integration/acl_samples.hpp"
#include "support/fake_backend.hpp"
#include "support/redis_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace rediserve::access {
namespace {

using test::acl_samples;
using test::raw_redis;
using test::words;

constexpr std::uint32_t seed = 20'260'726;
constexpr std::size_t rule_sets = 500;
constexpr std::size_t calls_of_each = 16;
constexpr std::size_t intricate_calls = 4;   // beyond these
constexpr std::size_t mismatches_shown = 10;

// The one in PATH, and those that scripts/get-test-servers has got.
std::vector<std::string> servers()
{
    std::vector<std::string> all = {"redis-server"};
    std::error_code none;
    for (const auto& one : std::filesystem::directory_iterator(REDISERVE_TEST_SERVERS, none))
        if (std::filesystem::exists(one.path() / "server"))
            all.push_back((one.path() / "server").string());
    return all;
}

std::string readable(const std::string& word)
{
    std::string text;
    for (const char c : word) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= ' ' && byte < 0x7F)
            text += c;
        else
            text.append("\\x").append(1, digits[byte / 16]).append(1, digits[byte % 16]);
    }
    return text.empty() || text.find(' ') != std::string::npos ? '"' + text + '"' : text;
}

std::string readable(const words& command)
{
    std::string text;
    for (const std::string& word : command)
        text += (text.empty() ? "" : " ") + readable(word);
    return text;
}

const char* name_of(refusal why)
{
    switch (why) {
    case refusal::none: return "granted";
    case refusal::command: return "command";
    case refusal::key: return "key";
    case refusal::channel: return "channel";
    case refusal::keys_hidden: return "keys hidden";
    }
    return "?";
}

// What ACL DRYRUN has answered, in the words of name_of().
std::string verdict(const std::string& reply)
{
    for (const char* const what : {"command", "key", "channel"})
        if (reply.starts_with('$') && reply.ends_with(std::string(" ") + what + "\r\n"))
            return what;
    return reply == "+OK\r\n" ? "granted" : reply;
}

words dry_run(const words& command)
{
    words all = {"ACL", "DRYRUN", "u"};
    all.insert(all.end(), command.begin(), command.end());
    return all;
}

words set_user(const words& rules)
{
    words all = {"ACL", "SETUSER", "u", "reset", "on", "nopass"};
    all.insert(all.end(), rules.begin(), rules.end());
    return all;
}

// A server, and what it has said about its commands.
class oracle
{
public:
    explicit oracle(const std::string& program)
        : server_({.tcp = false, .program = program, .arguments = {}}), redis(server_), commands(redis.ask({"COMMAND"}))
    {
        test::with_reply(commands, [this](const redis::reply_view& reply) {
            table_ = commands::command_table::parse(reply);
            return true;
        });
    }

    decision decide(const rules& by, const words& command) const
    {
        const std::vector<std::string_view> views(command.begin(), command.end());
        return by.decide(*table_, views);
    }

private:
    test::redis_server server_;
    std::shared_ptr<const commands::command_table> table_;

public:
    raw_redis redis;
    std::string commands;
};

// What tells names of keys: Redis does not take that for a use of them.
bool tells_keys(const words& command)
{
    return iequals(command[0], "randomkey") || iequals(command[0], "monitor")
        || (command.size() > 1 && iequals(command[0], "cluster") && iequals(command[1], "getkeysinslot"));
}

// Whether both say the same. Redis refuses SORT's BY and GET only when it is run: see the test of that.
bool agree(const decision& ours, const std::string& theirs, const words& command)
{
    if (ours.refusal != refusal::keys_hidden)
        return name_of(ours.refusal) == theirs;
    return (iequals(command[0].substr(0, 4), "sort") || tells_keys(command)) && theirs == "granted";
}

// How often each verdict was given.
using tally = std::map<std::string, std::size_t>;

class AclOracle : public testing::Test
{
protected:
    // One set of rules with many commands.
    void compare(oracle& with, acl_samples& samples, const std::vector<const test::described_command*>& about);

    tally seen_;
    std::size_t mismatches_ = 0;
};

void AclOracle::compare(oracle& with, acl_samples& samples, const std::vector<const test::described_command*>& about)
{
    const auto sample = samples.rules(about);
    const auto made = rules::parse(sample.text());
    ASSERT_TRUE(made) << sample.text() << ": " << made.error().detail;
    std::vector<words> calls;
    std::vector<words> batch = {set_user(samples.for_redis(sample))};
    for (const auto* const command : about) {
        calls.push_back(samples.call(*command));
        batch.push_back(dry_run(calls.back()));
    }
    const auto replies = with.redis.ask_all(batch);
    ASSERT_EQ(replies.front(), "+OK\r\n") << sample.text();
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const decision ours = with.decide(*made, calls[i]);
        const std::string theirs = verdict(replies[i + 1]);
        ++seen_[theirs];
        if (!agree(ours, theirs, calls[i]) && ++mismatches_ <= mismatches_shown)
            ADD_FAILURE() << "rules:   " << sample.text() << "\ncommand: " << readable(calls[i])
                          << "\nRedis:   " << theirs << "\nours:    " << name_of(ours.refusal) << " (" << ours.rule
                          << ")";
    }
}

TEST_F(AclOracle, SaysTheSameOfEveryCommand)
{
    for (const std::string& program : servers()) {
        SCOPED_TRACE(program + ", seed " + std::to_string(seed));
        oracle with(program);
        acl_samples samples(test::shown(with.commands), seed);
        seen_.clear();
        std::size_t next = 0;
        for (std::size_t set = 0; set < rule_sets; ++set) {
            std::vector<const test::described_command*> about;
            while (about.size() < calls_of_each) {
                const auto& one = samples.commands()[next++ % samples.commands().size()];
                if (!one.is_container)
                    about.push_back(&one);
            }
            for (std::size_t i = 0; i < intricate_calls; ++i)
                about.push_back(&samples.intricate_command());
            compare(with, samples, about);
        }
        std::cout << program << ", seed " << seed << ":";
        for (const auto& [what, count] : seen_)
            std::cout << ' ' << count << ' ' << what;
        std::cout << '\n';
        EXPECT_EQ(mismatches_, 0U);
        EXPECT_GE(seen_["granted"] + seen_["command"] + seen_["key"] + seen_["channel"], 5000U);
        for (const auto& [what, least] : tally{{"granted", 1000}, {"command", 1000}, {"key", 500}, {"channel", 30}})
            EXPECT_GE(seen_[what], least) << what;
    }
}

// A pattern or a text of a few bytes that mean something.
std::string any_text(acl_samples& samples, std::string_view alphabet, std::size_t most)
{
    std::string text;
    for (std::size_t i = samples.below(most + 1); i > 0; --i)
        text += alphabet[samples.below(alphabet.size())];
    return text;
}

TEST_F(AclOracle, MatchesTheSamePatterns)
{
    oracle with("redis-server");
    acl_samples samples(test::shown(with.commands), seed);
    std::size_t matched = 0;
    for (std::size_t i = 0; i < 600; ++i) {
        const std::string pattern = any_text(samples, "ab*?[]^-\\\xFF", 8);
        const auto made = rules::parse("+get ~" + pattern);
        ASSERT_TRUE(made);
        std::vector<words> batch = {set_user({"+get", "~" + pattern})};
        for (std::size_t j = 0; j < 20; ++j)
            batch.push_back(dry_run({"get", any_text(samples, "ab-]^\xFF", 4)}));
        const auto replies = with.redis.ask_all(batch);
        for (std::size_t j = 1; j < batch.size(); ++j) {
            const auto ours = with.decide(*made, {"get", batch[j].back()}).refusal;
            matched += ours == refusal::none ? 1 : 0;
            ASSERT_EQ(name_of(ours), verdict(replies[j])) << readable(pattern) << " and " << readable(batch[j].back());
        }
    }
    EXPECT_GE(matched, 500U);
}

TEST_F(AclOracle, RefusesRulesThatRedisRefuses)
{
    oracle with("redis-server");
    std::size_t refused = 0;
    for (const char* const rule :
         {"+",
          "-",
          "+|get",
          "+config|",
          "+@",
          "+@nosuch",
          "-@nosuch",
          "+config|get|x",
          "-config|",
          "~* ~a",
          "~* %R~a",
          "allkeys ~a",
          "&* &a",
          "%~a",
          "%X~a",
          "%RR~a",
          "%RWW~a",
          "(",
          ")",
          "(+get",
          "+get)",
          "((+get))",
          "(nosuch)",
          "(~* ~a)",
          "nosuch",
          "@read",
          "(on)",
          "~a ~* &x &* &y",
          "(clearselectors)",
          "+@read|get",
          "-select|0 +x|y|z",
          "+caf\xC3\xA9",
          "+g@t"}) {
        words parts;
        std::istringstream from(rule);
        for (std::string part; from >> part;)
            parts.push_back(part);
        const bool redis_refuses = with.redis.ask(set_user(parts)).starts_with('-');
        refused += redis_refuses ? 1 : 0;
        EXPECT_TRUE(!redis_refuses || !rules::parse(rule)) << rule;
    }
    EXPECT_GE(refused, 30U);
}

// Redis lets SORT pass when its own keys may be touched, and refuses BY and GET when it comes to them.
TEST_F(AclOracle, KnowsWhereSortIsRefusedLater)
{
    oracle with("redis-server");
    for (const char* const key : {"~a", "%R~a %R~*x", "~*", "%R~*", "%W~* ~a"})
        for (const words& call : std::vector<words>{
                 {"SORT", "a"},
                 {"SORT", "a", "BY", "nosort"},
                 {"SORT", "a", "BY", "b*"},
                 {"SORT", "a", "GET", "b*"},
                 {"SORT_RO", "a", "GET", "#"},
             }) {
            words given = {"+sort", "+sort_ro"};
            std::istringstream from(key);
            for (std::string part; from >> part;)
                given.push_back(part);
            const auto made = rules::parse(std::string("+sort +sort_ro ") + key);
            const auto replies =
                with.redis.ask_all({set_user(given), {"AUTH", "u", "x"}, call, {"AUTH", "default", "x"}});
            EXPECT_EQ(with.decide(*made, call).refusal == refusal::none, replies[2] == "*0\r\n")
                << key << ", " << readable(call) << ": " << replies[2];
        }
}

}   // namespace
}   // namespace rediserve::access
