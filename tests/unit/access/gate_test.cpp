// The one way from a request to Redis, with a scripted Redis behind it.
#include "rediserve/access/gate.hpp"

#include "support/audited.hpp"
#include "support/fake_backend.hpp"
#include "support/known_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace rediserve::access {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct silent_sink final : redis::reply_sink
{
    void on_reply(const redis::reply_view&, std::size_t) noexcept override {}
    void on_failure(error) noexcept override {}
};

class Gate : public testing::Test
{
protected:
    void grant(std::string_view text) { who_.may = std::make_shared<const rules>(*rules::parse(text)); }

    // Why `commands` do not pass; "" when they did.
    std::string refusal_of(redis::batch&& commands, redis::submit_options options = {})
    {
        backend_.reply("+OK\r\n");
        const auto sent = gate_.submit(std::move(commands), options, sink_);
        return sent ? "" : sent.error().detail;
    }

    principal who_{.name = "tested"};
    test::fake_backend backend_;
    std::shared_ptr<const commands::command_table> known_ = test::known_commands();
    gate gate_{backend_, known_, who_, {.request = "r-1", .from = *parse_address("192.0.2.7")}};
    silent_sink sink_;
};

struct deaf_sink final : redis::subscription_sink
{
    void on_subscribed() noexcept override {}
    void on_message(std::string_view, std::string_view) noexcept override {}
    void on_gap() noexcept override {}
    void on_failure(error) noexcept override {}
};

// With an audit log, whose lines are read when it has ended.
class AuditedGate : public Gate
{
protected:
    void audit(bool allowed) { log_.start(allowed); }
    std::vector<nlohmann::json> lines() { return log_.lines(); }

    // {"refused get k1 k2", …}
    std::vector<std::string> told()
    {
        std::vector<std::string> all;
        for (const nlohmann::json& line : lines()) {
            std::string& text =
                all.emplace_back(line["verdict"].get<std::string>() + " " + line["command"].get<std::string>());
            for (const std::string key : line["keys"])
                text += " " + key;
        }
        return all;
    }

private:
    test::audited log_;
};

TEST_F(Gate, LetsEverythingPassWhereThereAreNoRules)
{
    EXPECT_EQ(refusal_of(redis::batch::of("FLUSHALL")), "");
    EXPECT_THAT(backend_.batches(), SizeIs(1));
}

TEST_F(Gate, JudgesWhatWouldBeSent)
{
    grant("+get +set ~mine:*");
    EXPECT_EQ(refusal_of(redis::batch::of("GET", "mine:k")), "");
    EXPECT_EQ(
        refusal_of(redis::batch::of("GET", "other")),
        "this user has no permissions to access one of the keys used as arguments"
    );
    EXPECT_EQ(
        refusal_of(redis::batch::of("DEL", "mine:k")),
        "this user has no permissions to run the 'del' command or its subcommand"
    );
    EXPECT_THAT(backend_.batches(), SizeIs(1)) << "nothing else has reached Redis";
}

TEST_F(Gate, LetsABatchPassOnlyWhole)
{
    grant("+get +set ~mine:*");
    redis::batch commands;
    commands.add("MULTI").add("SET", "mine:k", "v").add("SET", "other", "v").add("EXEC");
    EXPECT_NE(refusal_of(std::move(commands)), "");
    EXPECT_THAT(backend_.batches(), IsEmpty());
    redis::batch fine;
    fine.add("MULTI").add("SET", "mine:k", "v").add("EXEC");
    EXPECT_EQ(refusal_of(std::move(fine)), "") << "MULTI and EXEC do nothing by themselves";
}

TEST_F(Gate, ReadsLargeArgumentsToo)
{
    grant("+set ~mine:*");
    redis::batch commands;
    commands.begin(3).argument("SET").argument("mine:k").argument(payload(buffer(std::string(100'000, 'x'))));
    commands.add("SET", "other", "v");
    EXPECT_NE(refusal_of(std::move(commands)), "");
    EXPECT_THAT(backend_.batches(), IsEmpty());
}

TEST_F(Gate, JudgesAScriptOfTheGatewayByWhatItStandsFor)
{
    grant("+get +set ~mine:*");
    const std::vector<std::string> amounts_to{"get", "set"};
    const redis::submit_options options{.stands_for = amounts_to};
    EXPECT_NE(refusal_of(redis::batch::of("EVALSHA", "digest", 1, "mine:k")), "") << "not by its own name";
    EXPECT_EQ(refusal_of(redis::batch::of("EVALSHA", "digest", 1, "mine:k", "argument"), options), "");
    EXPECT_NE(refusal_of(redis::batch::of("EVALSHA", "digest", 1, "other", "mine:k"), options), "");
    const std::vector<std::string> too_much{"get", "del"};
    EXPECT_NE(refusal_of(redis::batch::of("EVALSHA", "digest", 1, "mine:k"), {.stands_for = too_much}), "");
    grant("+del ~mine:*");
    const std::vector<std::string> any_number{"del"};
    EXPECT_EQ(refusal_of(redis::batch::of("EVALSHA", "digest", 1, "mine:k"), {.stands_for = any_number}), "");
}

TEST_F(Gate, JudgesNobodyWithoutTheServersTable)
{
    grant("+get ~mine:*");
    known_ = commands::command_table::built_in();
    const auto sent = gate_.submit(redis::batch::of("GET", "mine:k"), {}, sink_);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, errc::backend_unavailable);
    EXPECT_EQ(sent.error().executed, executed::no);
}

TEST_F(Gate, HidesTheNamesOfKeys)
{
    grant("+get +scan +randomkey ~mine:*");
    EXPECT_TRUE(gate_.hides_keys());
    EXPECT_TRUE(gate_.shows("mine:k"));
    EXPECT_FALSE(gate_.shows("other"));
    constexpr std::array<std::string_view, 1> random = {"RANDOMKEY"};
    EXPECT_EQ(gate_.judge(random).refusal, refusal::keys_hidden);
    grant("+randomkey ~*");
    EXPECT_FALSE(gate_.hides_keys());
    EXPECT_TRUE(gate_.judge(random));
}

TEST_F(Gate, WaitsNoLongerThanTheClient)
{
    EXPECT_EQ(gate_.command_timeout(), 5s);
    const auto until = std::chrono::steady_clock::now() + 2s;
    gate hurried(backend_, known_, who_, {.until = until});
    EXPECT_LE(hurried.command_timeout(), 2s);
    EXPECT_GT(hurried.command_timeout(), 1ms);
    backend_.reply("+OK\r\n");
    ASSERT_TRUE(hurried.submit(redis::batch::of("GET", "k"), {}, sink_));
    EXPECT_EQ(backend_.batches().back().options.until, until);
    ASSERT_TRUE(hurried.submit(redis::batch::of("GET", "k"), {.until = until - 1s}, sink_));
    EXPECT_EQ(backend_.batches().back().options.until, until - 1s);
}

TEST_F(Gate, SendsNothingWhenTheClientWaitsNoMore)
{
    gate late(backend_, known_, who_, {.until = std::chrono::steady_clock::now()});
    const auto sent = late.submit(redis::batch::of("INCR", "n"), {}, sink_);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, errc::backend_timeout);
    EXPECT_EQ(sent.error().executed, executed::no);
    EXPECT_THAT(backend_.batches(), IsEmpty());
}

TEST_F(Gate, LimitsValues)
{
    who_.limits.value_bytes = 10;
    EXPECT_EQ(refusal_of(redis::batch::of("SET", "k", "0123456789")), "");
    EXPECT_EQ(refusal_of(redis::batch::of("SET", "k", "0123456789a")), "a value is larger than 10 bytes");
}

TEST_F(Gate, LimitsReplies)
{
    const auto most = [this](redis::submit_options options = {}) {
        EXPECT_EQ(refusal_of(redis::batch::of("GET", "k"), options), "");
        return backend_.batches().back().options.most_reply;
    };
    EXPECT_EQ(most(), 0u);
    who_.limits.reply_bytes = 10;
    EXPECT_EQ(most(), 10u);
    EXPECT_EQ(gate_.most_reply(), 10u) << "for who sends by a lease";
    EXPECT_EQ(most({.most_reply = 5}), 5u);
    EXPECT_EQ(most({.most_reply = 20}), 10u);
    backend_.most_reply_ = 7;
    EXPECT_EQ(most(), 7u) << "the process' own";
    who_.limits.reply_bytes = 0;
    EXPECT_EQ(most(), 7u);
}

TEST_F(Gate, GuardsChannels)
{
    grant("+subscribe +psubscribe &news:*");
    deaf_sink sink;
    using kind = redis::subscription_kind;
    EXPECT_TRUE(gate_.subscribe(kind::channel, "news:a", sink));
    EXPECT_TRUE(gate_.subscribe(kind::pattern, "news:*", sink));
    EXPECT_EQ(gate_.subscribe(kind::channel, "other", sink).error().code, errc::forbidden);
    EXPECT_EQ(gate_.subscribe(kind::pattern, "*", sink).error().code, errc::forbidden);
    EXPECT_EQ(gate_.subscribe(kind::shard_channel, "news:a", sink).error().code, errc::forbidden);
    EXPECT_EQ(gate_.subscribe(kind::monitor, "", sink).error().code, errc::forbidden);
}

TEST_F(AuditedGate, TellsWhoFromWhereWhatAndWhy)
{
    grant("+@read -mget ~mine:*");
    audit(false);
    refusal_of(redis::batch::of("MGet", "mine:a", "mine:b"));
    const auto all = lines();
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_TRUE(all[0].contains("time"));
    nlohmann::json rest = all[0];
    rest.erase("time");
    EXPECT_EQ(rest, nlohmann::json::parse(R"({
        "event": "audit", "request": "r-1", "principal": "tested", "address": "192.0.2.7", "command": "mget",
        "keys": ["mine:a", "mine:b"], "verdict": "refused", "rule": "-mget"
    })"));
}

TEST_F(AuditedGate, TellsRefusalsOnceAndNothingElse)
{
    grant("+get ~mine:*");
    audit(false);
    refusal_of(redis::batch::of("GET", "mine:k"));
    refusal_of(redis::batch::of("GET", "other"));
    refusal_of(redis::batch::of("NOSUCH", "mine:k"));
    constexpr std::array<std::string_view, 2> del = {"DEL", "mine:k"};
    EXPECT_FALSE(gate_.judge(del)) << "who judges commands one by one does not send this one";
    constexpr std::array<std::string_view, 2> get = {"GET", "mine:k"};
    EXPECT_TRUE(gate_.judge(get));
    EXPECT_THAT(told(), ElementsAre("refused get other", "refused NOSUCH", "refused del mine:k"));
}

TEST_F(AuditedGate, TellsWhatIsAllowedOnce)
{
    grant("+@read +set ~mine:*");
    audit(true);
    constexpr std::array<std::string_view, 2> get = {"GET", "mine:k"};
    EXPECT_TRUE(gate_.judge(get));
    redis::batch commands;
    commands.add("MULTI").add("GET", "mine:k").add("SET", "mine:k", "value").add("EXEC");
    EXPECT_EQ(refusal_of(std::move(commands)), "");
    const auto all = lines();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0]["rule"], "+@read");
    EXPECT_EQ(all[1]["rule"], "+set");
    EXPECT_THAT(told(), ElementsAre("allowed get mine:k", "allowed set mine:k"));
}

TEST_F(AuditedGate, TellsNothingAllowedOfABatchThatIsRefused)
{
    grant("+get ~mine:*");
    audit(true);
    redis::batch commands;
    commands.add("GET", "mine:k").add("GET", "other").add("GET", "another");
    EXPECT_NE(refusal_of(std::move(commands)), "");
    EXPECT_THAT(told(), ElementsAre("refused get other"));
}

TEST_F(AuditedGate, TellsWhatThoseWithoutRulesDo)
{
    audit(true);
    EXPECT_EQ(refusal_of(redis::batch::of("FLUSHALL")), "");
    EXPECT_THAT(told(), ElementsAre("allowed flushall"));
}

TEST_F(AuditedGate, TellsWhatAScriptOfTheGatewayAmountsTo)
{
    grant("+get +del ~mine:*");
    audit(true);
    const std::vector<std::string> fine{"get", "del"};
    EXPECT_EQ(refusal_of(redis::batch::of("EVALSHA", "digest", 1, "mine:k", "argument"), {.stands_for = fine}), "");
    const std::vector<std::string> too_much{"get", "set"};
    EXPECT_NE(refusal_of(redis::batch::of("EVALSHA", "digest", 1, "mine:k"), {.stands_for = too_much}), "");
    EXPECT_THAT(told(), ElementsAre("allowed get mine:k", "allowed del mine:k", "refused set mine:k"));
}

TEST_F(AuditedGate, TellsWhatComesTooFast)
{
    who_.used = std::make_shared<usage>();
    who_.rates.commands = {.amount = 1, .period = std::chrono::hours(1)};
    audit(false);
    EXPECT_EQ(refusal_of(redis::batch::of("GET", "k")), "");
    EXPECT_NE(refusal_of(redis::batch::of("GET", "k")), "");
    const auto all = lines();
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_EQ(all[0]["principal"], "tested");
    EXPECT_EQ(all[0]["address"], "192.0.2.7");
    EXPECT_EQ(all[0]["code"], "rate_limited");
    EXPECT_THAT(all[0]["why"].get<std::string>(), testing::StartsWith("too many commands"));
}

TEST_F(AuditedGate, SaysWhereKeysCannotBeKnown)
{
    grant("+sort +odd.move ~mine:*");
    audit(false);
    refusal_of(redis::batch::of("SORT", "mine:k", "BY", "other:*"));
    refusal_of(redis::batch::of("odd.move", "mine:k"));
    const auto all = lines();
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0]["keys_unknown"], true);
    EXPECT_EQ(all[1]["keys_unknown"], true);
}

TEST_F(AuditedGate, TellsOfChannels)
{
    grant("+subscribe &news:*");
    audit(true);
    deaf_sink sink;
    using kind = redis::subscription_kind;
    EXPECT_TRUE(gate_.subscribe(kind::channel, "news:a", sink));
    EXPECT_FALSE(gate_.subscribe(kind::channel, "other", sink));
    EXPECT_FALSE(gate_.subscribe(kind::pattern, "news:*", sink));
    EXPECT_THAT(
        told(), ElementsAre("allowed subscribe news:a", "refused subscribe other", "refused psubscribe news:*")
    );
}

TEST_F(AuditedGate, CannotBeMadeToWriteAnotherLine)
{
    grant("+get ~mine:*");
    audit(false);
    refusal_of(redis::batch::of("GET", "k\r\n{\"verdict\":\"allowed\"}"));
    refusal_of(redis::batch::of("NO\n{\"verdict\":\"allowed\"}", "mine:k"));
    EXPECT_THAT(
        told(), ElementsAre("refused get k\r\n{\"verdict\":\"allowed\"}", "refused NO\n{\"verdict\":\"allowed\"}")
    );
}

}   // namespace
}   // namespace rediserve::access
