// What goes over a connection: requests in, answers out.
#include "session_fixture.hpp"

namespace rediserve::http {
namespace {

TEST_F(Session, AnswersOneRequestAfterAnother)
{
    open();
    EXPECT_NE(ask(get("/now")).find("\r\n\r\n/now:"), std::string::npos);
    EXPECT_NE(ask(get("/again")).find("\r\n\r\n/again:"), std::string::npos);
    EXPECT_EQ(metrics.requests_in_flight.get(), 0);
}

TEST_F(Session, SkipsEmptyLinesBeforeARequest)
{
    open();
    EXPECT_EQ(ask("\r\n\r"), "");
    EXPECT_NE(ask("\n" + get("/now")).find("200 OK"), std::string::npos);
}

TEST_F(Session, AnswersPipelinedRequestsInTheirOrder)
{
    open();
    EXPECT_EQ(ask(get("/wait/a") + get("/now") + get("/wait/b") + get("/last")), "");
    EXPECT_EQ(handler.handled, 4) << "all are started before the first is answered";
    handler.waiting["/wait/b"]->open();
    EXPECT_EQ(receive(), "");
    handler.waiting["/wait/a"]->open();
    const std::string got = receive();
    EXPECT_LT(got.find("/wait/a:"), got.find("/now:"));
    EXPECT_LT(got.find("/now:"), got.find("/wait/b:"));
    EXPECT_LT(got.find("/wait/b:"), got.find("/last:"));
    EXPECT_EQ(count("HTTP/1.1 200", got), 4u);
}

TEST_F(Session, CancelsWhatIsUnderWayWhenTheClientIsGone)
{
    open();
    send(get("/wait/a"));
    ASSERT_NE(handler.waiting["/wait/a"], nullptr);
    pool->stop();
    run();
    EXPECT_EQ(handler.waiting["/wait/a"], nullptr);
    EXPECT_EQ(metrics.requests_in_flight.get(), 0);
}

TEST_F(Session, StillAnswersAClientThatHasFinishedSending)
{
    open();
    send(get("/wait/a"));
    ::shutdown(client, SHUT_WR);
    run();
    handler.waiting["/wait/a"]->open();
    EXPECT_NE(receive().find("/wait/a:"), std::string::npos);
    EXPECT_TRUE(await_closed());
}

TEST_F(Session, ReadsBodiesOfEverySizeHoweverTheyArrive)
{
    open();
    for (const std::size_t size : {0u, 1u, 99u, 3000u, 16384u, 16385u, 70'000u, 3'000'000u}) {
        const std::string body(size, 'b');
        const std::string head = "PUT /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
        const std::string expected = "\r\n\r\n/p:" + (size > 100 ? std::to_string(size) : body);
        EXPECT_NE(ask(head + body + get("/next")).find(expected), std::string::npos) << size;
        send(head);
        EXPECT_NE(ask(body).find(expected), std::string::npos) << size;
    }
}

TEST_F(Session, ReadsChunkedBodies)
{
    open();
    const std::string head = "PUT /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string got = ask(head + "5\r\nhello\r\n0\r\n\r\n" + get("/next"));
    EXPECT_NE(got.find("/p:hello"), std::string::npos);
    EXPECT_NE(got.find("/next:"), std::string::npos);
    for (const char c : head + "5\r\nhello\r\n0\r\n\r")
        ASSERT_EQ(ask(std::string(1, c)), "");
    EXPECT_NE(ask("\n").find("/p:hello"), std::string::npos);
}

TEST_F(Session, SaysContinueOnlyToThoseWhoWait)
{
    open();
    const std::string head = "PUT /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    EXPECT_EQ(ask(head), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(count("100 Continue", ask("hello")), 0u);
    EXPECT_EQ(count("100 Continue", ask(head + "hello")), 0u);
}

TEST_F(Session, SaysContinueInItsTurn)
{
    open();
    const std::string head = "PUT /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    EXPECT_EQ(ask(get("/wait/a") + head), "");
    handler.waiting["/wait/a"]->open();
    const std::string got = receive();
    EXPECT_LT(got.find("/wait/a:"), got.find("100 Continue"));
    EXPECT_NE(ask("hello").find("/p:hello"), std::string::npos);
}

TEST_F(Session, ReadsOnAfterAnEarlyAnswerSoThatItIsNotLost)
{
    open();
    const std::string body(2'000'000, 'b');
    send("PUT /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n");
    send(body);
    EXPECT_TRUE(receive().starts_with("HTTP/1.1 401 "));
    ::shutdown(client, SHUT_WR);
    EXPECT_TRUE(await_closed());
}

TEST_F(Session, GoesOnAfterTurningAwayARequestThatWasWhole)
{
    open();
    const std::string got = ask("PUT /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" + get("/now"));
    EXPECT_TRUE(got.starts_with("HTTP/1.1 401 "));
    EXPECT_NE(got.find("/now:"), std::string::npos);
}

TEST_F(Session, AnswersGarbageOnceAndCloses)
{
    open();
    const std::string got = ask("garbage\r\n\r\n" + get("/now"));
    EXPECT_TRUE(got.starts_with("HTTP/1.1 400 "));
    EXPECT_EQ(count("HTTP/1.1", got), 1u);
    EXPECT_EQ(handler.handled, 0);
    ::shutdown(client, SHUT_WR);
    EXPECT_TRUE(await_closed());
}

TEST_F(Session, AnswersATruncatedBodyWith400)
{
    open();
    send("PUT /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel");
    ::shutdown(client, SHUT_WR);
    EXPECT_TRUE(receive().starts_with("HTTP/1.1 400 "));
    EXPECT_EQ(handler.handled, 0);
}

TEST_F(Session, ClosesAfterTheAnswerWhenAskedTo)
{
    open();
    const std::string got = ask("GET /now HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_NE(got.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(await_closed());
}

TEST_F(Session, SaysThatAnEarlyAnswerIsTheLastOne)
{
    open();
    const std::string got = ask("PUT /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n");
    EXPECT_TRUE(got.starts_with("HTTP/1.1 401 "));
    EXPECT_NE(got.find("Connection: close"), std::string::npos);
    EXPECT_EQ(count("Connection: close", ask("")), 0u);
}

TEST_F(Session, KeepsOpenAfterABodyThatCameLate)
{
    open();
    send("PUT /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(count("Connection: close", ask("hello" + get("/next"))), 0u);
    EXPECT_EQ(handler.handled, 2);
}

TEST_F(Session, EndsProperlyThoughTheClientSendsOn)
{
    open();
    send("GET /wait/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    send(get("/never"));
    handler.waiting["/wait/a"]->open();
    EXPECT_NE(receive().find("/wait/a:"), std::string::npos);
    EXPECT_TRUE(await_closed());
    EXPECT_FALSE(reset);
    EXPECT_EQ(handler.handled, 1);
}

TEST_F(Session, CutsOffAStreamThatCannotBeCompleted)
{
    open();
    const std::string got = ask(get("/broken"));
    EXPECT_FALSE(got.ends_with("0\r\n\r\n"));
    EXPECT_TRUE(await_closed());
    EXPECT_EQ(metrics.requests_in_flight.get(), 0);
}

}   // namespace
}   // namespace rediserve::http
