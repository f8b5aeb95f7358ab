#include "rediserve/base/error.hpp"
#include "rediserve/base/task.hpp"
#include "rediserve/http/message.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace rediserve::http {
namespace {

class Response : public testing::Test, protected response_host
{
protected:
    void reset(bool head_only = false, unsigned version = 11, bool keep_alive = true)
    {
        written.clear();
        answer.reset({.id = "id1", .version = version, .head_only = head_only, .keep_alive = keep_alive});
    }

    std::string text() const { return std::string(written.view()); }
    std::string body() const { return text().substr(text().find("\r\n\r\n") + 4); }

    buffer& output() override { return written; }
    void finished() override { done = true; }
    void abort() override {}
    bool drained() const override { return true; }
    void when_drained(std::coroutine_handle<>) override {}
    void flush() override { ++flushes; }
    std::size_t unsent() const override { return written.size(); }
    std::string_view date_line() override { return "Date: now\r\n"; }
    void server_timing(std::string& to) override { to = timing; }

    buffer written;
    response answer{*this};
    std::string timing;
    int flushes = 0;
    bool done = false;
};

TEST_F(Response, WritesTheLengthOfItsBodyWhateverWasExpected)
{
    for (const std::size_t expected : {0u, 5u, 99u, 123456u}) {
        reset();
        answer.begin(200);
        answer.field("ETag", "\"x\"");
        answer.content("text/plain", expected).append("hello, world");
        answer.finish();
        EXPECT_EQ(
            text(),
            "HTTP/1.1 200 OK\r\nDate: now\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: id1\r\nETag: \"x\"\r\n"
            "Content-Type: text/plain\r\nContent-Length: 12\r\n\r\nhello, world"
        );
        EXPECT_TRUE(done);
    }
}

// One that the writer does not know would be sent as 500.
TEST_F(Response, SaysTheStatusOfEveryError)
{
    std::set<unsigned> statuses = {415};   // which no error of the catalogue has
    for (const error_row& row : error_catalogue())
        statuses.insert(static_cast<unsigned>(row.status));
    for (const unsigned status : statuses) {
        reset();
        answer.begin(status);
        answer.finish();
        EXPECT_TRUE(text().starts_with("HTTP/1.1 " + std::to_string(status) + " ")) << text();
    }
}

TEST_F(Response, LeavesTheBodyOutForHead)
{
    reset(true);
    answer.begin(200);
    answer.content("text/plain", 0).append("hello");
    answer.finish();
    EXPECT_NE(text().find("Content-Length: 5\r\n"), std::string::npos);
    EXPECT_EQ(body(), "");
}

TEST_F(Response, HasNoLengthWhereThereIsNoBody)
{
    reset();
    answer.begin(204);
    answer.finish();
    EXPECT_EQ(
        text(), "HTTP/1.1 204 No Content\r\nDate: now\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: id1\r\n\r\n"
    );
    reset();
    answer.begin(404);
    answer.finish();
    EXPECT_NE(text().find("Content-Length: 0\r\n\r\n"), std::string::npos);
}

TEST_F(Response, SaysWhatAllAnswersSay)
{
    reset();
    answer.common_fields("A: 1\r\nB: 2\r\n");
    answer.begin(204);
    answer.finish();
    EXPECT_NE(text().find("X-Request-Id: id1\r\nA: 1\r\nB: 2\r\n\r\n"), std::string::npos);
    reset();
    answer.begin(204);
    answer.finish();
    EXPECT_EQ(text().find("A: 1"), std::string::npos) << "the next one begins without them";
}

TEST_F(Response, SaysWhetherTheConnectionGoesOn)
{
    reset(false, 11, false);
    answer.begin(204);
    answer.finish();
    EXPECT_NE(text().find("Connection: close\r\n"), std::string::npos);
    reset(false, 10, true);
    answer.begin(204);
    answer.finish();
    EXPECT_NE(text().find("Connection: keep-alive\r\n"), std::string::npos);
}

TEST_F(Response, AddsServerTimingBehindTheOtherHeaders)
{
    timing = "Server-Timing: redis;dur=1\r\n";
    reset();
    answer.begin(200);
    answer.content("text/plain", 1).append("0123456789");
    answer.finish();
    EXPECT_NE(text().find("Content-Length: 10\r\nServer-Timing: redis;dur=1\r\n\r\n0123456789"), std::string::npos);
}

task stream_two(response& to)
{
    to.begin(200);
    to.stream("application/x-ndjson");
    to.chunk().append("hello\n");
    co_await to.drained();
    to.chunk();   // an empty one must not end the body
    co_await to.drained();
    to.chunk().append(std::string(300, 'x'));
    to.finish();
}

TEST_F(Response, StreamsInChunks)
{
    reset();
    stream_two(answer);
    EXPECT_EQ(body(), "00000006\r\nhello\n\r\n0000012c\r\n" + std::string(300, 'x') + "\r\n0\r\n\r\n");
    EXPECT_EQ(answer.body_size(), 306u);
}

TEST_F(Response, SendsAPieceWithoutWaiting)
{
    reset();
    answer.begin(200);
    answer.stream("text/event-stream");
    answer.chunk().append("data: 1\n\n");
    answer.flush();
    answer.flush();   // has nothing to add
    EXPECT_EQ(body(), "00000009\r\ndata: 1\n\n\r\n");
    EXPECT_EQ(flushes, 2);
    EXPECT_EQ(answer.unsent(), written.size());
}

TEST_F(Response, StreamsUntilCloseInHttp10)
{
    reset(false, 10, true);
    stream_two(answer);
    EXPECT_EQ(body(), "hello\n" + std::string(300, 'x'));
    EXPECT_FALSE(answer.keep_alive());
}

}   // namespace
}   // namespace rediserve::http
