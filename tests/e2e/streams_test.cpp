// Redis streams as events that can be resumed (docs/dialects/streams.md).
#include "e2e/event_stream.hpp"
#include "e2e/rest_test.hpp"

#include <csignal>
#include <optional>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class Streams : public testing::Test
{
protected:
    void SetUp() override { start(); }
    void start(std::vector<std::string> more = {})
    {
        more.insert(more.begin(), {"--redis", redis_.url(), "--threads", "1"});
        gateway_.emplace(more);
        ASSERT_TRUE(gateway_->await_ready());
    }

    gateway& rest() { return *gateway_; }
    event_stream follow(std::string_view target, const header_list& headers = {})
    {
        return event_stream(rest().address(), target, headers, "GET");
    }
    // One that stands after `at`.
    event_stream following(std::string_view target, std::string_view at, const header_list& headers = {})
    {
        auto stream = follow(target, headers);
        EXPECT_EQ(stream.head().status, 200);
        EXPECT_EQ(stream.next_data(), open_event(at));
        return stream;
    }
    static std::string open_event(std::string_view at)
    {
        const std::string id(at);
        return "retry: 1000\nevent: open\nid: " + id + "\ndata: {\"after\":\"" + id + "\"}";
    }
    static std::string event(const std::string& id, const std::string& data) { return "id: " + id + "\ndata: " + data; }
    void add(const std::string& id, const std::string& field = "n", const std::string& value = "1")
    {
        redis_.cli({"xadd", "s", id, field, value});
    }
    double metric_of(std::string_view name) { return metric(rest().request("GET", "/metrics").body, name); }

    redis_server redis_{
        redis_server::options{.tcp = true, .arguments = {"--appendonly", "yes", "--appendfsync", "always"}}};
    std::optional<gateway> gateway_;
};

TEST_F(Streams, BeginWithAnIdFromWhichTheyCanBeResumed)
{
    add("5-1");
    auto stream = follow("/streams/s");
    EXPECT_EQ(stream.head().header("content-type"), "text/event-stream");
    EXPECT_EQ(stream.head().header("cache-control"), "no-cache");
    EXPECT_EQ(stream.head().header("x-accel-buffering"), "no");
    EXPECT_EQ(stream.next_data(), open_event("5-1"));
    add("6-1");
    EXPECT_EQ(stream.next_data(), event("6-1", "{\"n\":\"1\"}"));
}

TEST_F(Streams, WaitForTheKey)
{
    auto stream = following("/streams/s", "0-0");
    EXPECT_THAT(rest().request("POST", "/streams/s", R"({"fields":{"a":"b"},"id":"7-1"})"), HasStatus(201));
    EXPECT_EQ(stream.next_data(), event("7-1", "{\"a\":\"b\"}"));
}

TEST_F(Streams, GoOnBehindTheLastEventId)
{
    for (int at = 1; at <= 250; ++at)
        add(std::to_string(at) + "-0", "n", std::to_string(at));
    auto stream = following("/streams/s?from=0", "10-0", {{"Last-Event-ID", "10-0"}});
    for (int at = 11; at <= 250; ++at)
        ASSERT_EQ(stream.next_data(), event(std::to_string(at) + "-0", "{\"n\":\"" + std::to_string(at) + "\"}"));
}

TEST_F(Streams, ReplayAllFromZero)
{
    add("1-0");
    add("2-0");
    redis_.cli({"xtrim", "s", "maxlen", "1"});
    auto stream = following("/streams/s?from=0", "0-0");
    EXPECT_EQ(stream.next_data(), event("2-0", "{\"n\":\"1\"}"));
}

TEST_F(Streams, SayThatEntriesAreGone)
{
    for (int at = 1; at <= 5; ++at)
        add(std::to_string(at) + "-0");
    redis_.cli({"xtrim", "s", "maxlen", "2"});
    auto stream = follow("/streams/s", {{"Last-Event-ID", "1-0"}});
    EXPECT_THAT(stream.next_data(), HasSubstr("event: open"));
    EXPECT_EQ(stream.next_data(), "event: reset\nid: 3-18446744073709551615\ndata: {\"first\":\"4-0\"}");
    EXPECT_EQ(stream.next_data(), event("4-0", "{\"n\":\"1\"}"));
    EXPECT_EQ(stream.next_data(), event("5-0", "{\"n\":\"1\"}"));
    EXPECT_EQ(metric_of("rediserve_stream_resets_total"), 1);
}

TEST_F(Streams, AreNotResetByTrimmingWhatWasSeen)
{
    add("1-0");
    auto stream = following("/streams/s", "1-0");
    for (int at = 2; at <= 20; ++at) {
        redis_.cli({"xadd", "s", "maxlen", "1", std::to_string(at) + "-0", "n", "1"});
        ASSERT_EQ(stream.next_data(), event(std::to_string(at) + "-0", "{\"n\":\"1\"}"));
    }
}

TEST_F(Streams, AreResetWhenTheKeyBeginsAnew)
{
    add("100-0");
    auto stream = following("/streams/s", "100-0");
    redis_.cli({"del", "s"});
    EXPECT_EQ(stream.next_data(), "event: reset\nid: 0-0\ndata: {\"first\":null}");
    add("1-0");
    EXPECT_EQ(stream.next_data(), event("1-0", "{\"n\":\"1\"}"));
    redis_.cli({"flushall"});
    EXPECT_EQ(stream.next_data(), "event: reset\nid: 0-0\ndata: {\"first\":null}");
}

TEST_F(Streams, SendTheFieldsThatAreAskedFor)
{
    auto stream = following("/streams/s?field=a&field=b", "0-0");
    redis_.cli({"xadd", "s", "1-0", "c", "1"});
    redis_.cli({"xadd", "s", "2-0", "c", "1", "a", "2"});
    redis_.cli({"xadd", "s", "3-0", "b", "3"});
    EXPECT_EQ(stream.next_data(), event("2-0", "{\"a\":\"2\"}"));
    EXPECT_EQ(stream.next_data(), event("3-0", "{\"b\":\"3\"}"));
}

TEST_F(Streams, OfOneKeyAreReadOnceForAll)
{
    std::vector<event_stream> streams;
    for (int count = 0; count < 50; ++count)
        streams.push_back(following("/streams/s", "0-0"));
    const double before = metric_of("rediserve_stream_reads_total");
    EXPECT_EQ(metric_of("rediserve_stream_listeners"), 50);
    add("1-0");
    for (auto& each : streams)
        EXPECT_EQ(each.next_data(), event("1-0", "{\"n\":\"1\"}"));
    EXPECT_LE(metric_of("rediserve_stream_reads_total"), before + 2);
    streams.clear();
    EXPECT_TRUE(await([&] { return metric_of("rediserve_stream_listeners") == 0; }));
}

TEST_F(Streams, OutliveRedis)
{
    add("1-0");
    auto stream = following("/streams/s", "1-0");
    for (int round = 2; round < 5; ++round) {
        redis_.kill();
        redis_.restart();
        add(std::to_string(round) + "-0");
        EXPECT_EQ(stream.next_data(), event(std::to_string(round) + "-0", "{\"n\":\"1\"}"));
    }
}

TEST_F(Streams, OutliveTheirConnections)
{
    add("1-0");
    auto stream = following("/streams/s", "1-0");
    for (int round = 2; round < 10; ++round) {
        redis_.cli({"client", "kill", "type", "normal"});
        add(std::to_string(round) + "-0");
        ASSERT_EQ(stream.next_data(), event(std::to_string(round) + "-0", "{\"n\":\"1\"}"));
    }
}

TEST_F(Streams, BeginWhileRedisIsAway)
{
    redis_.kill();
    ASSERT_TRUE(rest().await_ready(false));
    auto stream = follow("/streams/s");
    EXPECT_EQ(stream.head().status, 200);
    redis_.restart();
    EXPECT_EQ(stream.next_data(), open_event("0-0"));
}

TEST_F(Streams, AreFollowedBySlowReadersToo)
{
    auto stream = following("/streams/s", "0-0");
    const std::string script =
        "for i = 1, 400 do redis.call('xadd', KEYS[1], i .. '-0', 'v', string.rep('x', 100000)) end";
    redis_.cli({"eval", script, "1", "s"});
    for (int at = 1; at <= 400; ++at)
        ASSERT_EQ(
            stream.next_data().substr(0, 20), event(std::to_string(at) + "-0", "{\"v\":\"xxxxxxxxxx").substr(0, 20)
        );
}

TEST_F(Streams, EndWithAWordWhenTheGatewayGoes)
{
    auto stream = following("/streams/s", "0-0");
    rest().process().signal(SIGTERM);
    EXPECT_EQ(stream.next_data(), "event: close\ndata: {}");
    EXPECT_EQ(stream.await_end(), event_stream::end::clean);
}

TEST_F(Streams, AreRefusedWhereThereIsNone)
{
    redis_.cli({"set", "text", "x"});
    EXPECT_THAT(follow("/streams/text").head(), HasStatus(409));
    EXPECT_THAT(follow("/streams/s?from=x").head(), HasStatus(400));
    EXPECT_THAT(follow("/streams/s?fro=0").head(), HasStatus(400));
    EXPECT_THAT(follow("/streams/s", {{"Last-Event-ID", "x"}}).head(), HasStatus(400));
    EXPECT_THAT(follow("/streams").head(), HasStatus(404));
    EXPECT_THAT(follow("/streams/").head(), HasStatus(400));
    EXPECT_THAT(follow("/streams/s/groups/").head(), HasStatus(400));
    EXPECT_THAT(follow("/streams/s/x").head(), HasStatus(404));
    EXPECT_THAT(follow("/streams/s/groups/g/x").head(), HasStatus(404));
    EXPECT_THAT(follow("/streams/s?group=g").head(), HasStatus(400));
    EXPECT_THAT(rest().request("PUT", "/streams/s"), HasStatus(405));
    EXPECT_THAT(rest().request("POST", "/streams/s", "{}"), HasStatus(400));
    EXPECT_THAT(
        rest().request("POST", "/streams/s", R"({"a":"1"})").body,
        testing::HasSubstr("there may be fields, id, maxlen, minid, approximate, encoding")
    );
}

TEST_F(Streams, EndWhenTheKeyBecomesSomethingElse)
{
    add("1-0");
    auto stream = following("/streams/s", "1-0");
    redis_.cli({"set", "s", "x"});
    EXPECT_THAT(stream.next_data(), HasSubstr("event: failed"));
    EXPECT_EQ(stream.await_end(), event_stream::end::clean);
}

TEST_F(Streams, AreGivenToConsumersUntilTheyAcknowledge)
{
    EXPECT_THAT(follow("/streams/s?group=g&consumer=c").head(), HasStatus(404));
    EXPECT_THAT(rest().request("PUT", "/streams/s/groups/g?from=0"), HasStatus(201));
    EXPECT_THAT(rest().request("PUT", "/streams/s/groups/g?from=0"), HasStatus(200));
    add("1-0");
    {
        auto first = following("/streams/s?group=g&consumer=c", "0-0");
        EXPECT_EQ(first.next_data(), event("1-0", "{\"n\":\"1\"}"));
        add("2-0");
        EXPECT_EQ(first.next_data(), event("2-0", "{\"n\":\"1\"}"));
    }
    auto answer = rest().request("POST", "/streams/s/groups/g/ack", R"({"ids":["1-0"]})");
    EXPECT_THAT(answer, HasStatus(200));
    EXPECT_THAT(answer.body, HasSubstr("\"acknowledged\":1"));
    auto second = following("/streams/s?group=g&consumer=c", "0-0");
    EXPECT_EQ(second.next_data(), event("2-0", "{\"n\":\"1\"}")) << "it was not acknowledged";
    add("3-0");
    EXPECT_EQ(second.next_data(), event("3-0", "{\"n\":\"1\"}"));
    EXPECT_THAT(rest().request("DELETE", "/streams/s/groups/g"), HasStatus(204));
    EXPECT_THAT(rest().request("DELETE", "/streams/s/groups/g"), HasStatus(404));
}

TEST_F(Streams, ShareAGroupsEntriesAmongItsConsumers)
{
    ASSERT_THAT(rest().request("PUT", "/streams/s/groups/g"), HasStatus(201));
    auto one = following("/streams/s?group=g&consumer=1", "0-0");
    auto two = following("/streams/s?group=g&consumer=2", "0-0");
    for (int at = 1; at <= 100; ++at)
        add(std::to_string(at) + "-0");
    std::size_t came = 0;
    const auto count = [&](event_stream& from) {
        from.drain();
        return static_cast<std::size_t>(std::ranges::count(from.pending(), '{'));
    };
    EXPECT_TRUE(await([&] {
        came = count(one) + count(two);
        return came >= 100;
    }));
    EXPECT_EQ(came, 100u);
    EXPECT_EQ(redis_.cli({"xpending", "s", "g"}).substr(0, 3), "100");
}

class StreamConsumers : public Streams
{
protected:
    void SetUp() override
    {
        Streams::SetUp();
        ASSERT_THAT(rest().request("PUT", "/streams/s/groups/g?from=0"), HasStatus(201));
    }
    // An entry that somebody took, and left lying for so long.
    void leave_lying(const std::string& id, const std::string& milliseconds)
    {
        add(id);
        redis_.cli({"xreadgroup", "group", "g", "dead", "count", "1", "streams", "s", ">"});
        redis_.cli({"xclaim", "s", "g", "dead", "0", id, "idle", milliseconds});
    }
    std::string owner_of(const std::string& id)
    {
        return redis_.cli(
            {"eval", "return redis.call('xpending', KEYS[1], 'g', ARGV[1], ARGV[1], 1)[1][2]", "1", "s", id}
        );
    }
    static std::string refusal(const http_response& answer) { return std::to_string(answer.status) + answer.body; }

    const std::string mine_ = "/streams/s?group=g&consumer=c";
};

TEST_F(StreamConsumers, ClaimWhatOthersHaveLeftLying)
{
    leave_lying("1-0", "60000");
    leave_lying("2-0", "1000");
    add("3-0");
    auto stream = following(mine_ + "&claim=30s", "0-0");
    EXPECT_EQ(stream.next_data(), event("1-0", "{\"n\":\"1\"}"));
    EXPECT_EQ(stream.next_data(), event("3-0", "{\"n\":\"1\"}")) << "2-0 may still be under way";
    EXPECT_EQ(owner_of("1-0"), "c");
    EXPECT_EQ(owner_of("2-0"), "dead");
}

TEST_F(StreamConsumers, ClaimNothingUnlessTheyAreToldTo)
{
    leave_lying("1-0", "60000");
    add("2-0");
    auto stream = following(mine_, "0-0");
    EXPECT_EQ(stream.next_data(), event("2-0", "{\"n\":\"1\"}"));
    EXPECT_EQ(owner_of("1-0"), "dead");
}

TEST_F(StreamConsumers, ClaimPageByPage)
{
    for (int at = 1; at <= 25; ++at)
        leave_lying(std::to_string(at) + "-0", "60000");
    auto stream = following(mine_ + "&claim=30s&count=10", "0-0");
    for (int at = 1; at <= 25; ++at)
        EXPECT_EQ(stream.next_data(), event(std::to_string(at) + "-0", "{\"n\":\"1\"}"));
}

// Nothing tells of it: it is looked for.
TEST_F(StreamConsumers, ClaimWhatIsLeftLyingWhileTheyListen)
{
    auto stream = following(mine_ + "&claim=1s", "0-0");
    add("1-0");
    EXPECT_EQ(stream.next_data(), event("1-0", "{\"n\":\"1\"}"));
    redis_.cli({"xack", "s", "g", "1-0"});
    ASSERT_EQ(
        redis_.cli(
            {"eval",
             "redis.call('xadd', KEYS[1], '2-0', 'n', '2') "
             "return #redis.call('xreadgroup', 'group', 'g', 'dead', 'streams', KEYS[1], '>')",
             "1", "s"}
        ),
        "1"
    );
    EXPECT_EQ(stream.next_data(), event("2-0", "{\"n\":\"2\"}"));
    EXPECT_EQ(owner_of("2-0"), "c");
}

TEST_F(StreamConsumers, GoOnWhenRedisIsThereAgain)
{
    auto stream = following(mine_, "0-0");
    add("1-0");
    EXPECT_EQ(stream.next_data(), event("1-0", "{\"n\":\"1\"}"));
    for (const char* id : {"2-0", "3-0"}) {
        redis_.kill();
        redis_.restart();
        ASSERT_TRUE(await([&] { return redis_.cli({"xadd", "s", id, "n", "1"}) == id; }));
        EXPECT_EQ(stream.next_data(), event(id, "{\"n\":\"1\"}")) << "and what was sent before does not come again";
    }
}

TEST_F(StreamConsumers, WaitForARedisThatIsNotThere)
{
    add("1-0");
    redis_.kill();
    ASSERT_TRUE(await([&] { return rest().request("GET", "/readyz").status != 200; }));
    auto stream = follow(mine_);
    EXPECT_EQ(stream.head().status, 200);
    EXPECT_EQ(stream.next(), ": keepalive");
    redis_.restart();
    EXPECT_EQ(stream.next_data(), open_event("0-0"));
    EXPECT_EQ(stream.next_data(), event("1-0", "{\"n\":\"1\"}"));
}

TEST_F(StreamConsumers, AreToldThatTheGroupIsGone)
{
    auto stream = following(mine_, "0-0");
    EXPECT_THAT(rest().request("DELETE", "/streams/s/groups/g"), HasStatus(204));
    add("1-0");
    EXPECT_THAT(stream.next_data(), HasSubstr("event: failed"));
    EXPECT_EQ(stream.await_end(), event_stream::end::clean);
}

TEST_F(StreamConsumers, AreToldWhatTheyCannotAskFor)
{
    const auto refused = [&](std::string_view target) { return refusal(rest().request("GET", target)); };
    EXPECT_THAT(refused("/streams/s?claim=5m"), StartsWith("400"));
    for (const std::string claim : {"x", "500ms", "0", "25h", "-1s"})
        EXPECT_THAT(refused(mine_ + "&claim=" + claim), AllOf(StartsWith("400"), HasSubstr("from 1s to 24h"))) << claim;
    EXPECT_THAT(refused(mine_ + "&field=n"), AllOf(StartsWith("400"), HasSubstr("whole entries")));
    EXPECT_THAT(refused(mine_ + "&from=0"), StartsWith("400"));
}

}   // namespace
}   // namespace rediserve::test
