// What a connection does not put up with: limits, timeouts, the end.
#include "session_fixture.hpp"

namespace rediserve::http {
namespace {

TEST_F(Session, StartsNoMoreRequestsThanTheLimit)
{
    limits within;
    within.in_flight = 2;
    open(within);
    EXPECT_EQ(ask(get("/wait/a") + get("/wait/b") + get("/c")), "");
    EXPECT_EQ(handler.handled, 2);
    handler.waiting["/wait/a"]->open();
    receive();
    EXPECT_EQ(handler.handled, 3);
    handler.waiting["/wait/b"]->open();
    EXPECT_EQ(count("HTTP/1.1 200", receive()), 2u);
}

TEST_F(Session, RefusesABodyOverTheLimitBeforeItIsSent)
{
    limits within;
    within.body = 10;
    open(within);
    const std::string got = ask("PUT /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
    EXPECT_TRUE(got.starts_with("HTTP/1.1 413 "));
    EXPECT_NE(got.find("Connection: close"), std::string::npos);
    EXPECT_EQ(handler.handled, 0);
}

TEST_F(Session, RefusesAChunkedBodyOverTheLimit)
{
    limits within;
    within.body = 10;
    open(within);
    const std::string got = ask(
        "PUT /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n8\r\n01234567\r\n0\r\n\r\n"
    );
    EXPECT_TRUE(got.starts_with("HTTP/1.1 413 "));
    EXPECT_EQ(count("HTTP/1.1", got), 1u);
}

TEST_F(Session, RefusesABodyTheHandlerFindsTooLarge)
{
    for (const std::string_view body : {
             "Content-Length: 11\r\n\r\n",
             "Content-Length: 11\r\n\r\n01234567890",
             "Transfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n3\r\n012\r\n0\r\n\r\n",
         }) {
        close();
        open();
        const std::string got = ask("PUT /small HTTP/1.1\r\nHost: x\r\n" + std::string(body));
        EXPECT_TRUE(got.starts_with("HTTP/1.1 413 ")) << body;
        EXPECT_EQ(count("HTTP/1.1", got), 1u) << body;
        EXPECT_EQ(handler.handled, 0) << body;
    }
}

TEST_F(Session, TakesABodyOfJustTheSizeTheHandlerAllows)
{
    open();
    EXPECT_EQ(
        count("/small:0123456789", ask("PUT /small HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789")), 1u
    );
    const std::string chunked = "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n";
    EXPECT_EQ(count("/small:0123456789", ask("PUT /small HTTP/1.1\r\nHost: x\r\n" + chunked)), 1u);
    EXPECT_EQ(count("/p:0123456789a", ask("PUT /p HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n0123456789a")), 1u)
        << "of one request only";
}

TEST_F(Session, KeepsWhatTheHandlerLeavesAsLongAsTheConnection)
{
    open();
    EXPECT_EQ(count("\r\n\r\n0", ask(get("/kept"))), 1u);
    EXPECT_EQ(count("\r\n\r\n1", ask(get("/kept"))), 1u);
    close();
    open();
    EXPECT_EQ(count("\r\n\r\n0", ask(get("/kept"))), 1u);
}

TEST_F(Session, TellsAConnectionOverTheLimit)
{
    arrival how;
    how.refused = true;
    open(limits{}, std::move(how));
    EXPECT_TRUE(receive().starts_with("HTTP/1.1 503 "));
}

TEST_F(Session, TimesOutAHeaderThatDoesNotComeToItsEnd)
{
    limits within;
    within.header_timeout = 50ms;
    open(within);
    send("GET / HTTP/1.1\r\n");
    ASSERT_TRUE(test::await([this] {
        last += receive();
        return !last.empty();
    }));
    EXPECT_TRUE(last.starts_with("HTTP/1.1 408 "));
}

TEST_F(Session, RefusesAHeadWithoutABody)
{
    limits within;
    within.request_line = 256;
    const std::string too_long(300, 'x');
    for (const std::string& malformed :
         {"HEAD /" + too_long + " HTTP/1.1\r\n", std::string("HEAD / HTTP/2.0\r\n\r\n")}) {
        close();
        open(within);
        const std::string got = ask(malformed);
        EXPECT_TRUE(got.starts_with("HTTP/1.1 414 ") || got.starts_with("HTTP/1.1 505 ")) << got;
        EXPECT_TRUE(got.ends_with("\r\n\r\n")) << got;
    }
}

TEST_F(Session, ClosesAnIdleConnectionWithoutAWord)
{
    limits within;
    within.idle_timeout = 50ms;
    open(within);
    EXPECT_TRUE(await_closed());
    EXPECT_EQ(last, "");
}

TEST_F(Session, WakesFromItsRest)
{
    limits within;
    within.idle_timeout = 5s;
    open(within);
    EXPECT_NE(ask(get("/now")), "");
    // The rest begins a second after the last answer; what is sent around that moment must not be lost.
    const auto until = std::chrono::steady_clock::now() + 1500ms;
    int asked = 0;
    ASSERT_TRUE(test::await([&] {
        run();
        return std::chrono::steady_clock::now() > until;
    }));
    EXPECT_NE(ask(get("/now")), "");
    EXPECT_EQ(++asked, 1);
}

TEST_F(Session, StreamsNoFasterThanTheClientReads)
{
    limits within;
    within.output = 100'000;
    open(within);
    send(get("/stream"));
    const int before = handler.chunks;
    EXPECT_LT(before, 1000) << "the socket and the output limit hold less than the whole stream";
    std::string got = receive();
    ASSERT_TRUE(test::await([&] {
        got += receive();
        return got.ends_with("0\r\n\r\n");
    }));
    EXPECT_EQ(handler.chunks, 1000);
    EXPECT_EQ(count("\r\n000003e8\r\n", got), 1000u);
}

TEST_F(Session, BoundsWhatAClientThatDoesNotReadCanPileUp)
{
    limits within;
    within.output = 10'000;
    open(within);
    for (int i = 0; i < 3000; ++i)
        if (::send(client, get("/now").data(), get("/now").size(), MSG_NOSIGNAL) < 0)
            break;
        else
            run();
    EXPECT_LT(handler.handled, 3000);
    const int before = handler.handled;
    receive();
    EXPECT_GT(handler.handled, before);
}

TEST_F(Session, DrainsAfterTheAnswersItOwes)
{
    open();
    send(get("/wait/a"));
    pool->drain();
    run();
    EXPECT_EQ(receive(), "");
    handler.waiting["/wait/a"]->open();
    EXPECT_NE(receive().find("/wait/a:"), std::string::npos);
    EXPECT_TRUE(await_closed());
}

TEST_F(Session, DrainsAnIdleConnectionAtOnce)
{
    open();
    ask(get("/now"));
    pool->drain();
    EXPECT_TRUE(await_closed());
}

TEST_F(Session, DrainsAfterARequestWhoseBodyIsStillOnItsWay)
{
    open();
    send("PUT /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel");
    pool->drain();
    const std::string got = ask("lo");
    EXPECT_NE(got.find("/p:hello"), std::string::npos);
    EXPECT_NE(got.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(await_closed());
}

TEST_F(Session, DrainsAfterARequestThatWasNotReadYet)
{
    open();
    ask(get("/now"));
    const std::string late = get("/late");
    ASSERT_EQ(::send(client, late.data(), late.size(), MSG_NOSIGNAL), static_cast<ssize_t>(late.size()));
    pool->drain();
    EXPECT_NE(receive().find("/late:"), std::string::npos);
    EXPECT_TRUE(await_closed());
    EXPECT_FALSE(reset);
}

TEST_F(Session, KeepsTheAnswerOfAClientThatTakesItsTime)
{
    limits within;
    within.idle_timeout = 100ms;
    open(within);
    send(get("/big/400000"));
    pass(300ms);   // long enough for an idle connection to be closed
    const std::string got = receive();
    EXPECT_EQ(got.size() - got.find("\r\n\r\n") - 4, 400'000u);
}

TEST_F(Session, CountsNoTimeInWhichItDidNotRead)
{
    limits within;
    within.in_flight = 1;
    within.header_timeout = 50ms;
    open(within);
    send(get("/wait/a") + "GET /now HTTP/1.1\r\n");
    pass(100ms);
    handler.waiting["/wait/a"]->open();
    EXPECT_EQ(count("HTTP/1.1 200", receive()), 1u);
    EXPECT_NE(ask("Host: x\r\n\r\n").find("/now:"), std::string::npos);
}

TEST_F(Session, BoundsWhatPilesUpBehindASlowRequest)
{
    limits within;
    within.output = 16'000;
    open(within);
    std::string batch = get("/wait/a");
    for (int i = 0; i < 50; ++i)
        batch += get("/big/4000");
    send(batch);
    EXPECT_LE(handler.handled, 10);
    handler.waiting["/wait/a"]->open();
    last = receive();
    EXPECT_TRUE(test::await([this] {
        last += receive();
        return count("HTTP/1.1 200", last) == 51;
    }));
}

// How large the answers will be is only known afterwards, so it begins with few and goes on as they turn out small.
TEST_F(Session, StartsFewRequestsBeforeItHasSeenAnAnswer)
{
    open();
    std::string batch;
    for (int i = 0; i < 64; ++i)
        batch += get("/wait/" + std::to_string(i));
    send(batch);
    EXPECT_EQ(handler.handled, 16);
    for (int i = 0; i < 8; ++i)
        handler.waiting["/wait/" + std::to_string(i)]->open();
    run();
    EXPECT_EQ(handler.handled, 64);
}

TEST_F(Session, StartsOneRequestAtATimeWhereAnswersAreLarge)
{
    open();
    ask(get("/big/300000"));
    receive();
    std::string batch;
    for (int i = 0; i < 8; ++i)
        batch += get("/wait/" + std::to_string(i));
    send(batch);
    EXPECT_EQ(handler.handled, 2);
}

TEST_F(Session, CountsWhatItRefuses)
{
    const std::string head = "PUT /p HTTP/1.1\r\nHost: x\r\n";
    limits within;
    within.body = 10;
    within.header = within.request_line = 300;
    within.header_timeout = 10ms;
    const std::map<telemetry::rejection, std::string> reasons = {
        {telemetry::rejection::malformed, "garbage\r\n\r\n"},
        {telemetry::rejection::uri_too_long, get("/" + std::string(300, 'x'))},
        {telemetry::rejection::header_too_large, head + "X: " + std::string(300, 'x') + "\r\n\r\n"},
        {telemetry::rejection::body_too_large, head + "Content-Length: 11\r\n\r\n"},
        {telemetry::rejection::timeout, head},
    };
    for (const auto& [reason, bytes] : reasons) {
        open(within);
        send(bytes);
        pass(50ms);
        EXPECT_EQ(metrics.rejected[static_cast<std::size_t>(reason)].get(), 1) << name(reason);
        close();
    }
}

}   // namespace
}   // namespace rediserve::http
