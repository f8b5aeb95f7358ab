// Answers without an end: who is told what, what leaves when, and what they cost.
#include "session_fixture.hpp"
#include "support/sanitizer.hpp"

#include <malloc.h>

#include <array>
#include <vector>

namespace rediserve::http {
namespace {

limits with_stream_idle(std::chrono::milliseconds silence)
{
    limits within;
    within.stream_idle = silence;
    return within;
}

class SessionStream : public Session
{
protected:
    void begin(const limits& within = {})
    {
        open(within);
        EXPECT_NE(ask(get("/events/a")).find("Content-Type: text/event-stream\r\n"), std::string::npos);
        ASSERT_NE(writer(), nullptr);
    }

    event_writer* writer() { return handler.events["/events/a"]; }

    bool await_end()
    {
        return test::await([this] {
            run();
            return writer() == nullptr;
        });
    }
};

TEST_F(SessionStream, HearsOfItsSilenceAgainAndAgain)
{
    begin(with_stream_idle(10ms));
    EXPECT_TRUE(test::await([this] {
        last += receive();
        return count(":\n\n", last) >= 3;
    }));
}

TEST_F(SessionStream, HearsNothingWhileItWrites)
{
    constexpr auto silence = 400ms;
    begin(with_stream_idle(silence));
    const auto begun = std::chrono::steady_clock::now();
    auto longest = 0ns;
    for (auto before = begun; before < begun + 2 * silence;) {
        writer()->write("x");
        receive();
        const auto now = std::chrono::steady_clock::now();
        longest = std::max<std::chrono::nanoseconds>(longest, now - std::exchange(before, now));
    }
    EXPECT_TRUE(writer()->idle == 0 || longest > silence / 2) << "and the machine was not too busy to tell";
}

TEST_F(SessionStream, AddsNothingToWhatAClientDoesNotTake)
{
    begin(with_stream_idle(10ms));
    writer()->write(std::string(4'000'000, 'x'));
    pass(100ms);
    EXPECT_EQ(writer()->idle, 0);
}

TEST_F(SessionStream, IsForgottenOnDemand)
{
    begin(with_stream_idle(10ms));
    writer()->of().watch(nullptr);
    const int before = writer()->idle;
    pass(50ms);
    pool->drain();
    run();
    EXPECT_EQ(writer()->idle, before);
    EXPECT_EQ(writer()->draining, 0);
}

TEST_F(SessionStream, SaysGoodbyeWhenThePoolDrains)
{
    begin();
    pool->drain();
    EXPECT_EQ(writer()->draining, 0) << "not from inside the call";
    EXPECT_TRUE(await_closed());
    EXPECT_TRUE(last.ends_with("00000003\r\nbye\r\n0\r\n\r\n")) << last;
    EXPECT_EQ(writer(), nullptr);
}

TEST_F(SessionStream, SaysGoodbyeWhenItBeginsWhileThePoolDrains)
{
    open();
    send("GET /events/a HTTP/1.1\r\n");
    pool->drain();
    send("Host: x\r\n\r\n");
    EXPECT_TRUE(await_closed());
    EXPECT_TRUE(last.ends_with("00000003\r\nbye\r\n0\r\n\r\n")) << last;
}

TEST_F(SessionStream, SaysGoodbyeBehindAnAnswerThatIsOwed)
{
    open();
    send(get("/wait/first") + get("/events/a"));
    pool->drain();
    run();
    handler.waiting["/wait/first"]->open();
    EXPECT_TRUE(await_closed());
    EXPECT_EQ(count("HTTP/1.1 200", last), 2u);
    EXPECT_TRUE(last.ends_with("00000003\r\nbye\r\n0\r\n\r\n")) << last;
}

TEST_F(SessionStream, SendsAtOnceWhatIsFlushed)
{
    begin();
    writer()->write("one");
    writer()->write("two");
    EXPECT_EQ(receive(), "00000003\r\none\r\n00000003\r\ntwo\r\n");
    EXPECT_EQ(writer()->of().response().unsent(), 0u);
}

TEST_F(SessionStream, KnowsWhatTheClientHasNotTaken)
{
    begin();
    for (int i = 0; i < 40; ++i) {
        writer()->write(std::string(100'000, 'x'));
        run();
    }
    const std::size_t most = writer()->of().response().unsent();
    EXPECT_GT(most, 2'000'000u);
    EXPECT_LE(most, 4'100'000u);
    std::array<char, 100'000> some;
    EXPECT_TRUE(test::await([&] {
        run();
        return ::recv(client, some.data(), some.size(), 0) > 0 && writer()->of().response().unsent() < most;
    }));
    EXPECT_GT(writer()->of().response().unsent(), 0u);
    ASSERT_TRUE(test::await([this] {
        receive();
        return writer()->of().response().unsent() == 0;
    }));
}

TEST_F(SessionStream, CountsWhatWaitsForItsTurn)
{
    open();
    send(get("/wait/first") + get("/events/a"));
    writer()->write("hello");
    EXPECT_GT(writer()->of().response().unsent(), 100u);
    handler.waiting["/wait/first"]->open();
    EXPECT_NE(receive().find("00000005\r\nhello\r\n"), std::string::npos);
    EXPECT_EQ(writer()->of().response().unsent(), 0u);
}

TEST_F(SessionStream, EndsWithItsClient)
{
    begin();
    ::close(std::exchange(client, -1));
    EXPECT_TRUE(await_end());
    EXPECT_EQ(pool->open(), 0u);
}

// All that TCP tells of a client that has closed its socket, until something is sent to it.
TEST_F(SessionStream, EndsWithAClientThatSendsNoMore)
{
    begin();
    ::shutdown(client, SHUT_WR);
    EXPECT_TRUE(await_closed());
    EXPECT_EQ(last, "");
    EXPECT_EQ(writer(), nullptr);
}

TEST_F(SessionStream, EndsWithAClientThatLeavesRequestsBehind)
{
    limits within;
    within.in_flight = 1;   // they stay in the kernel
    begin(within);
    send(get("/now") + get("/now"));
    ::close(std::exchange(client, -1));
    EXPECT_TRUE(await_end());
    EXPECT_EQ(pool->open(), 0u);
}

TEST_F(SessionStream, EndsWithAClientThatHasNotTakenAll)
{
    begin();
    writer()->write(std::string(4'000'000, 'x'));
    run();
    ::close(std::exchange(client, -1));
    EXPECT_TRUE(await_end());
}

TEST_F(SessionStream, EndsWithAClientThatWasGoneBeforeItsTurn)
{
    open();
    send(get("/wait/first") + get("/events/a"));
    ::shutdown(client, SHUT_WR);
    run();
    ASSERT_NE(handler.waiting["/wait/first"], nullptr) << "this answer is owed";
    handler.waiting["/wait/first"]->open();
    EXPECT_TRUE(await_closed());
    EXPECT_NE(last.find("/wait/first:"), std::string::npos);
    EXPECT_EQ(writer(), nullptr);
}

TEST_F(SessionStream, OutlivesTheTimeoutsOfConnections)
{
    limits within;
    within.idle_timeout = within.header_timeout = 20ms;
    begin(within);
    pass(100ms);
    ASSERT_NE(writer(), nullptr);
    writer()->write("x");
    EXPECT_EQ(receive(), "00000001\r\nx\r\n");
}

TEST_F(SessionStream, LeavesTheConnectionToTheNextRequest)
{
    begin();
    handler.waiting["/events/a"]->open();
    EXPECT_EQ(receive(), "0\r\n\r\n");
    EXPECT_NE(ask(get("/now")).find("/now:"), std::string::npos);
}

TEST_F(SessionStream, EndsWithTheConnectionInHttp10)
{
    open();
    EXPECT_TRUE(ask("GET /events/a HTTP/1.0\r\n\r\n").ends_with("Connection: close\r\n\r\n"));
    writer()->write("hello");
    EXPECT_EQ(receive(), "hello");
    handler.waiting["/events/a"]->open();
    EXPECT_TRUE(await_closed());
    EXPECT_EQ(last, "");
}

TEST_F(SessionStream, HasNoBodyForHead)
{
    open();
    EXPECT_TRUE(ask("HEAD /events/a HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("\r\n\r\n"));
    writer()->write("hello");
    EXPECT_EQ(receive(), "");
    handler.waiting["/events/a"]->open();
    EXPECT_EQ(receive(), "");
    EXPECT_NE(ask(get("/now")).find("/now:"), std::string::npos);
}

std::size_t allocated()
{
    return ::mallinfo2().uordblks;
}

TEST_F(SessionStream, DoesNotGrowWithTheNumberOfEvents)
{
    begin();
    const auto tell = [this](int events) {
        for (int i = 0; i < events; ++i) {
            writer()->write("data: a message of ordinary size\n\n");
            receive();
        }
    };
    tell(10);
    const std::size_t before = allocated();
    tell(20'000);
    EXPECT_TRUE(test::under_sanitizer || allocated() <= before + 4096);
}

TEST_F(SessionStream, HoldsLittleWhileItIsQuiet)
{
    constexpr std::size_t streams = 200;
    begin();
    std::vector<int> clients(streams, -1);
    const std::size_t before = allocated();
    for (std::size_t i = 0; i < streams; ++i) {
        int ends[2];
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
        pool->adopt(ends[1], {});
        const std::string name = "/events/" + std::to_string(i);
        const int mine = std::exchange(client, ends[0]);
        ask("GET " + name + " HTTP/1.1\r\nHost: x\r\nUser-Agent: " + std::string(2000, 'x') + "\r\n\r\n");
        handler.events[name]->write(std::string(5000, 'x'));
        receive();
        clients[i] = std::exchange(client, mine);
    }
    const std::size_t each = (allocated() - before) / streams;
    RecordProperty("bytes_per_stream", static_cast<int>(each));
    EXPECT_TRUE(test::under_sanitizer || each < 3072u) << each;
    for (const int one : clients)
        ::close(one);
    run();
    EXPECT_EQ(pool->open(), 1u);
}

}   // namespace
}   // namespace rediserve::http
