// Commands inside a script are answered as they are bare, by a real server.
#include "integration/backend_fixture.hpp"

#include "rediserve/commands/enclosed.hpp"

#include <deque>
#include <sstream>

namespace rediserve::commands {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using redis::batch;
using redis::text_of;
using testing::HasSubstr;
using testing::StartsWith;

// Remembers what an answer of the script comes to.
class answer final : public redis::reply_sink
{
public:
    explicit answer(const batch& to) : to_(to) {}

    std::string text;   // "run: [replies]"
    bool over = false;

private:
    void on_reply(const redis::reply_view& reply, std::size_t) noexcept override
    {
        constexpr std::array names = {"run", "run before", "unmet", "reused", "refused"};
        const enclosed_reply got(reply, to_);
        text = names[static_cast<std::size_t>(got.what())];
        if (got.what() == enclosed_reply::outcome::unmet)
            text += " " + std::to_string(got.unmet()) + (got.repeated() ? " before" : "");
        const bool replied =
            got.what() < enclosed_reply::outcome::unmet || got.what() == enclosed_reply::outcome::refused;
        for (std::size_t i = 0; replied && i < got.size(); ++i)
            text += (i == 0 ? ": " : ", ") + text_of(got[i]);
        over = true;
    }
    void on_failure(error why) noexcept override
    {
        text = text_of(why);
        over = true;
    }

    const batch& to_;
};

// Takes the table out of the reply of COMMAND.
class table_reader final : public redis::reply_sink
{
public:
    std::shared_ptr<const command_table> table;

private:
    void on_reply(const redis::reply_view& reply, std::size_t) noexcept override
    {
        table = command_table::parse(reply);
    }
    void on_failure(error) noexcept override {}
};

class Enclosed : public redis::BackendTest
{
protected:
    Enclosed()
    {
        connect();
        table_reader reader;
        EXPECT_TRUE(backend->submit(batch::of("COMMAND"), {}, reader));
        EXPECT_TRUE(turn_until([&] { return reader.table != nullptr; }));
        table = reader.table;
    }

    std::string run(const enclosed& what)
    {
        answer to(what.commands);
        EXPECT_TRUE(backend->submit(enclose(what, *table, script_by::source), {}, to));
        EXPECT_TRUE(turn_until([&] { return to.over; }));
        return to.text;
    }

    // Words between spaces, and for K, K1 … the keys k, k1 …
    static batch command(const std::string& line)
    {
        std::istringstream in(line);
        std::vector<std::string> words;
        for (std::string word; in >> word;)
            words.push_back(word.front() == 'K' && word.size() <= 2 ? "k" + word.substr(1) : word);
        batch made;
        made.begin(words.size());
        for (const std::string& word : words)
            made.argument(std::string_view(word));
        return made;
    }

    enclosed of(const std::string& line) const
    {
        enclosed made;
        made.commands = command(line);
        return made;
    }

    // Why it cannot be enclosed; empty: it can.
    std::string why_not(const enclosed& what) const
    {
        const auto possible = can_enclose(what, *table);
        return possible ? std::string() : possible.error().detail;
    }

    std::shared_ptr<const command_table> table;
};

// Each changes what the next ones find.
const std::deque<std::string> walk = {
    "SET K v",
    "SET K w NX",
    "SET K w GET",
    "GET K",
    "GET K9",
    "APPEND K more",
    "GETRANGE K 0 -1",
    "STRLEN K",
    "GETDEL K",
    "INCR K",
    "INCRBY K 9007199254740993",
    "DECR K",
    "DECRBY K 2",
    "INCRBY K 9223372036854775807",
    "INCRBYFLOAT K 0.5",
    "INCR K",
    "GETSET K 7",
    "SETEX K 100 v",
    "PERSIST K",
    "EXPIRE K 100",
    "EXPIRE K9 100",
    "SETNX K v",
    "MSET K1 a K2 b",
    "MGET K1 K9 K2",
    "MSETNX K1 a K3 b",
    "LPUSH K v",
    "SETBIT K 7 1",
    "BITCOUNT K",
    "BITFIELD K SET u8 0 200 GET u8 0",
    "COPY K K4",
    "RENAME K K5",
    "RENAME K9 K8",
    "TYPE K5",
    "DEL K K5 K9",
    "UNLINK K4",
    "EXISTS K1 K2 K9",
    "HSET K f v g w",
    "HSET K f x",
    "HGET K f",
    "HGET K z",
    "HGETALL K",
    "HMGET K f z g",
    "HINCRBY K n 5",
    "HINCRBY K n 9223372036854775000",
    "HINCRBY K f 1",
    "HINCRBYFLOAT K x 1.5",
    "HDEL K f z",
    "HKEYS K9",
    "HLEN K",
    "GET K",
    "DEL K",
    "RPUSH K a b c",
    "LPUSH K z",
    "LRANGE K 0 -1",
    "LINSERT K BEFORE a y",
    "LPOP K",
    "RPOP K 2",
    "LPOP K9",
    "LPOP K9 2",
    "LINDEX K 0",
    "LINDEX K 99",
    "LSET K 0 q",
    "LSET K 99 q",
    "LREM K 0 q",
    "LMOVE K K1 LEFT RIGHT",
    "LPOS K a",
    "LTRIM K 0 0",
    "DEL K K1",
    "SADD K a b",
    "SADD K a",
    "SISMEMBER K a",
    "SMISMEMBER K a z",
    "SREM K a",
    "SPOP K",
    "SPOP K",
    "SMEMBERS K",
    "SUNIONSTORE K1 K K9",
    "ZADD K 1 a 2.5 b",
    "ZADD K INCR 1 a",
    "ZADD K NX INCR 1 a",
    "ZSCORE K b",
    "ZSCORE K z",
    "ZINCRBY K 0.25 b",
    "ZRANGE K 0 -1 WITHSCORES",
    "ZRANK K b",
    "ZRANK K z",
    "ZPOPMIN K",
    "ZPOPMAX K 5",
    "ZADD K inf m",
    "ZSCORE K m",
    "ZMSCORE K m z",
    "DEL K",
    "XADD K 1-1 f v g w",
    "XADD K 1-1 f v",
    "XADD K 1-2 f v",
    "XLEN K",
    "XRANGE K - +",
    "XDEL K 1-1",
    "XGROUP CREATE K g 0",
    "XREADGROUP GROUP g c STREAMS K >",
    "XREADGROUP GROUP g c STREAMS K >",
    "XPENDING K g",
    "XACK K g 1-2",
    "XTRIM K MAXLEN 0",
    "DEL K",
    "PFADD K a b",
    "PFCOUNT K",
    "GEOADD K 13.361389 38.115556 P",
    "GEOPOS K P Z",
    "GEODIST K P P m",
    "DEL K",
    "PUBLISH K m",
    "DBSIZE",
    "SET K",
    "NOSUCH K",
    "SET K v EX nonsense",
    "OBJECT ENCODING K9",
    "SORT K9",
    "SORT K1 STORE K2",
};

TEST_F(Enclosed, CommandsAreAnsweredAsTheyAreBare)
{
    std::deque<std::string> bare;
    for (const std::string& line : walk)
        bare.push_back(ask(command(line)));
    ask(batch::of("FLUSHALL"));
    for (std::size_t i = 0; i < walk.size(); ++i) {
        const enclosed inside = of(walk[i]);
        EXPECT_EQ(why_not(inside), "") << walk[i];
        const std::string got = run(inside);
        // Scripts are told in words of their own what is wrong with the form of a command.
        if (bare[i].starts_with("-ERR unknown command") || bare[i].starts_with("-ERR wrong number"))
            EXPECT_THAT(got, StartsWith("run: -ERR ")) << walk[i];
        else
            EXPECT_EQ(got, "run: " + bare[i]) << walk[i];
    }
}

TEST_F(Enclosed, AreRunInTheirOrderWhateverFails)
{
    enclosed what;
    what.commands.add("SET", "k", "v").add("LPUSH", "k", "x").add("APPEND", "k", "w").add("GET", "k");
    EXPECT_EQ(run(what), "run: +OK, -WRONGTYPE Operation against a key holding the wrong kind of value, :2, vw");
}

TEST_F(Enclosed, OfATransactionAnswerLikeOne)
{
    enclosed what;
    what.commands.add("MULTI").add("INCRBY", "n", "9007199254740993").add("GET", "n").add("EXEC");
    EXPECT_EQ(run(what), "run: +OK, +QUEUED, +QUEUED, [:9007199254740993 9007199254740993]");
    enclosed empty;
    empty.commands.add("MULTI").add("EXEC");
    EXPECT_EQ(run(empty), "run: +OK, []");
}

TEST_F(Enclosed, CarryAnyBytes)
{
    const auto bytes = "\0\r\n$5\r\n\xff"s;
    enclosed what;
    what.commands.add("SET", bytes, bytes).add("GET", bytes);
    EXPECT_EQ(run(what), "run: +OK, " + bytes);
}

TEST_F(Enclosed, ScriptsRunWithKeysAndArgumentsOfTheirOwn)
{
    enclosed what;
    what.commands =
        batch::of("EVAL", "local a = ARGV[1] return {KEYS[1], a, redis.call('INCR', KEYS[1]), false}", 1, "k", "x");
    EXPECT_EQ(run(what), "run: [k x :1 (nil)]");
    what.commands = batch::of("EVAL", "return redis.call('LPUSH', KEYS[1], 'x')", 1, "k");
    EXPECT_THAT(run(what), HasSubstr("WRONGTYPE"));
    what.commands = batch::of("EVAL", "return {err = 'MINE of my own'}", 0);
    EXPECT_EQ(run(what), "run: -MINE of my own");
    what.commands = batch::of("EVAL", "return (", 0);
    EXPECT_THAT(run(what), StartsWith("run: -ERR Error compiling script"));
    what.commands = batch::of("EVAL", "return 1", 5);
    EXPECT_THAT(run(what), StartsWith("run: -ERR wrong number of arguments or keys"));
    what.commands = batch::of("EVAL", "local x = 1", 0);
    EXPECT_EQ(run(what), "run: (nil)");
}

TEST_F(Enclosed, AreRunOnceWithARecord)
{
    enclosed what;
    what.once = record{"record", "finger", 60s};
    what.commands.add("INCR", "n").add("GET", "missing").add("LPUSH", "n", "x").add("INCRBY", "n", "9007199254740993");
    const std::string first = run(what);
    EXPECT_EQ(
        first, "run: :1, (nil), -WRONGTYPE Operation against a key holding the wrong kind of value, :9007199254740994"
    );
    EXPECT_EQ(run(what), "run before" + first.substr(3));
    EXPECT_EQ(ask(batch::of("GET", "n")), "9007199254740994");
    what.once->fingerprint = "forged";
    EXPECT_EQ(run(what), "reused");
    what.once->fingerprint = "finger and more";
    EXPECT_EQ(run(what), "reused");
    EXPECT_EQ(ask(batch::of("GET", "n")), "9007199254740994");
}

TEST_F(Enclosed, RecordsAreForgottenInTime)
{
    enclosed what = of("INCR K");
    what.once = record{"record", "finger", 50ms};
    EXPECT_EQ(run(what), "run: :1");
    EXPECT_TRUE(turn_until([&] { return ask(batch::of("EXISTS", "record")) == ":0"; }));
    EXPECT_EQ(run(what), "run: :2");
}

TEST_F(Enclosed, NothingIsRunWhereNoRecordCanBeMade)
{
    EXPECT_EQ(ask(batch::of("CONFIG", "SET", "maxmemory", "1")), "+OK");
    enclosed what;
    what.once = record{"record", "finger", 60s};
    what.commands.add("DEL", "k").add("SET", "k", "v");
    EXPECT_THAT(run(what), StartsWith("refused: -OOM"));
    EXPECT_EQ(ask(batch::of("CONFIG", "SET", "maxmemory", "0")), "+OK");
    EXPECT_EQ(run(what), "run: :0, +OK");
}

TEST_F(Enclosed, ATransactionThatCannotWriteIsRefusedAsAWhole)
{
    EXPECT_EQ(ask(batch::of("CONFIG", "SET", "maxmemory", "1")), "+OK");
    enclosed what;
    what.commands.add("MULTI").add("GET", "k").add("SET", "k", "v").add("EXEC");
    EXPECT_THAT(run(what), StartsWith("refused: -OOM"));
}

TEST_F(Enclosed, AreRunOnlyIfAllConditionsHold)
{
    ask(batch::of("SET", "s", "value"));
    ask(batch::of("RPUSH", "l", "value"));
    using kind = condition::kind;
    const std::string tag = "f32b67c7e26342af42efabc674d441dc";   // of "value"
    const auto with = [&](std::vector<condition> all) {
        enclosed what;
        what.only_if = std::move(all);
        what.commands = batch::of("INCR", "n");
        return run(what);
    };
    EXPECT_EQ(with({{kind::exists, "s", "1"}, {kind::exists, "none", "0"}, {kind::exists, "l", "1"}}), "run: :1");
    EXPECT_EQ(with({{kind::equals, "s", "value"}, {kind::tag, "s", tag}}), "run: :2");
    EXPECT_EQ(with({{kind::exists, "s", "0"}}), "unmet 0");
    EXPECT_EQ(with({{kind::exists, "s", "1"}, {kind::exists, "none", "1"}}), "unmet 1");
    EXPECT_EQ(with({{kind::equals, "s", "other"}}), "unmet 0");
    EXPECT_EQ(with({{kind::equals, "none", ""}}), "unmet 0");
    EXPECT_EQ(with({{kind::equals, "l", "value"}}), "unmet 0");
    EXPECT_EQ(with({{kind::tag, "s", "0" + tag.substr(1)}}), "unmet 0");
    EXPECT_EQ(with({{kind::tag, "none", tag}}), "unmet 0");
    EXPECT_EQ(ask(batch::of("GET", "n")), "2");
}

TEST_F(Enclosed, AnUnmetConditionIsRememberedWithTheRecord)
{
    enclosed what = of("INCR K");
    what.only_if = {{condition::kind::exists, "k", "1"}};
    what.once = record{"record", "finger", 60s};
    EXPECT_EQ(run(what), "unmet 0");
    ask(batch::of("SET", "k", "1"));
    EXPECT_EQ(run(what), "unmet 0 before");
    EXPECT_EQ(ask(batch::of("GET", "k")), "1");
}

TEST_F(Enclosed, WhatIsNestedTooDeeplyIsNotGivenAgainAsIfItWereLess)
{
    enclosed what;
    what.once = record{"record", "finger", 60s};
    what.commands = batch::of("EVAL", "local t = {1} for i = 1, 20 do t = {t} end return t", 0);
    EXPECT_THAT(run(what), StartsWith("run: [[["));
    EXPECT_EQ(run(what), "run before: -ERR the first answer was nested too deeply to be kept");
}

TEST_F(Enclosed, WhatAScriptWouldDoOtherwiseIsRefused)
{
    EXPECT_THAT(why_not(of("BLPOP K 1")), HasSubstr("BLPOP may wait"));
    EXPECT_THAT(why_not(of("XREAD BLOCK 0 STREAMS K 0")), HasSubstr("may wait"));
    EXPECT_EQ(why_not(of("XREAD STREAMS K 0")), "");
    EXPECT_THAT(why_not(of("EVALSHA abc 0")), HasSubstr("EVAL with its source"));
    EXPECT_THAT(why_not(of("WAIT 1 100")), HasSubstr("may wait"));
    EXPECT_THAT(why_not(of("BITFIELD K GET i64 0")), HasSubstr("more than 53 bits"));
    EXPECT_THAT(why_not(of("EVAL #!lua 0")), HasSubstr("declares its flags"));
    enclosed transaction;
    transaction.commands.add("MULTI").add("SET", "k", "v").add("NOSUCH").add("EXEC");
    EXPECT_THAT(why_not(transaction), HasSubstr("NOSUCH is not known"));
    enclosed short_one;
    short_one.commands.add("MULTI").add("SET", "k").add("EXEC");
    EXPECT_THAT(why_not(short_one), HasSubstr("too few words"));
    enclosed many;
    many.commands.begin(8'000).argument(std::string_view("RPUSH"));
    for (int i = 1; i < 8'000; ++i)
        many.commands.argument(std::string_view("k"));
    EXPECT_THAT(why_not(many), HasSubstr("too many words"));
}

TEST_F(Enclosed, InAClusterAllKeysAreNamed)
{
    enclosed what;
    what.in_slots = true;
    what.commands.add("MSET", "a", "1", "b", "2").add("GET", "c");
    EXPECT_EQ(why_not(what), "");
    EXPECT_THAT(keys_told(what, *table), testing::ElementsAre("a", "b", "c"));
    std::vector<std::string_view> words;
    const batch sent = enclose(what, *table, script_by::digest);
    sent.words(0, words);
    EXPECT_EQ(words[0], "EVALSHA");
    EXPECT_EQ(words[2], "3");
    EXPECT_EQ(words[5], "c");
    what.commands = batch::of("FLUSHALL");
    EXPECT_THAT(why_not(what), HasSubstr("several nodes"));
    what.commands = batch::of("NOSUCH", "k");
    EXPECT_THAT(why_not(what), HasSubstr("neither are its keys"));
}

TEST_F(Enclosed, ManyWordsFit)
{
    enclosed what;
    what.commands.begin(7'000).argument(std::string_view("RPUSH"));
    for (int i = 1; i < 7'000; ++i)
        what.commands.argument(std::string_view("k"));
    EXPECT_EQ(why_not(what), "");
    EXPECT_EQ(run(what), "run: :6998");
}

}   // namespace
}   // namespace rediserve::commands
