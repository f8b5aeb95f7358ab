// Streams of what is published, with a scripted Redis behind them.
#include "rediserve/api/upstash.hpp"
#include "support/audited.hpp"
#include "support/fake_backend.hpp"
#include "support/fake_exchange.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace rediserve::api::upstash {
namespace {

using http::header;
using test::fake_exchange;

class UpstashEvents : public testing::Test
{
protected:
    void listen(std::string_view target)
    {
        const fake_exchange::header_map accept = {{header::accept, "text/event-stream"}};
        exchange = std::make_unique<fake_exchange>(http::method::get, target, "", accept);
        work = dialect->respond(
            {*exchange, access::gate(backend, known_commands, *by), settings, metrics, *known_commands, known, *by}
        );
    }
    // Listens, and Redis agrees.
    void open(std::string_view target)
    {
        listen(target);
        backend.confirm();
    }
    // What was streamed, without the frames of its chunks.
    std::string streamed() const
    {
        const std::string body = exchange->body();
        std::string whole;
        for (std::size_t at = 0; at < body.size();) {
            const std::size_t size = std::stoul(body.substr(at, 8), nullptr, 16);
            whole += body.substr(at + 10, size);   // behind the size and a line end; another one follows
            at += 10 + size + 2;
            if (body.substr(at).starts_with("0\r\n"))   // the end
                break;
        }
        return whole;
    }
    bool begun() { return exchange->response().begun(); }

    test::fake_backend backend;
    params settings;
    telemetry::shard_metrics metrics;
    access::authenticator known{access::params()};
    std::shared_ptr<const rediserve::commands::command_table> known_commands =
        rediserve::commands::command_table::built_in();
    std::shared_ptr<const api::dialect> dialect = make_upstash_dialect();
    access::principal_ptr by = access::anonymous();
    std::unique_ptr<fake_exchange> exchange;
    task work;
};

TEST_F(UpstashEvents, BeginWhenRedisHasConfirmed)
{
    listen("/subscribe/c");
    EXPECT_FALSE(begun());
    backend.confirm();
    ASSERT_TRUE(begun());
    EXPECT_EQ(exchange->status(), 200U);
    EXPECT_EQ(exchange->header("Content-Type"), "text/event-stream");
    EXPECT_EQ(streamed(), "data: subscribe,c,1\n\n");
    EXPECT_TRUE(exchange->flushed());
    EXPECT_TRUE(exchange->watcher);
    EXPECT_FALSE(exchange->complete());
}

TEST_F(UpstashEvents, ComeInOrder)
{
    open("/subscribe/c");
    backend.publish("c", "1");
    backend.publish("c", "2");
    EXPECT_EQ(streamed(), "data: subscribe,c,1\n\ndata: message,c,1\n\ndata: message,c,2\n\n");
    EXPECT_TRUE(exchange->flushed());
}

TEST_F(UpstashEvents, ComeFromSeveralChannels)
{
    open("/subscribe/a/b");
    backend.publish("b", "1");
    backend.publish("a", "2");
    EXPECT_EQ(streamed(), "data: subscribe,a,1\n\ndata: subscribe,b,2\n\ndata: message,b,1\n\ndata: message,a,2\n\n");
}

TEST_F(UpstashEvents, OfAChannelNamedTwiceComeOnce)
{
    open("/subscribe/c/c");
    EXPECT_EQ(backend.listeners(), 1U);
    backend.publish("c", "1");
    EXPECT_EQ(streamed(), "data: subscribe,c,1\n\ndata: message,c,1\n\n");
}

TEST_F(UpstashEvents, ComeByPattern)
{
    open("/psubscribe/n.*");
    backend.publish_to_pattern("n.*", "n.x", "1");
    EXPECT_EQ(streamed(), "data: psubscribe,n.*,1\n\ndata: pmessage,n.*,n.x,1\n\n");
}

TEST_F(UpstashEvents, ARefusalOfRedisIsABadRequest)
{
    listen("/subscribe/c");
    backend.refuse_subscription("NOPERM no");
    EXPECT_TRUE(exchange->complete());
    EXPECT_EQ(exchange->status(), 400U);
    EXPECT_EQ(exchange->body(), R"({"error":"NOPERM no"})");
    EXPECT_EQ(backend.listeners(), 0U);
}

TEST_F(UpstashEvents, WithoutRedisThereAreNone)
{
    backend.refuses_to_subscribe = error(errc::backend_unavailable, "down", executed::no);
    listen("/subscribe/c");
    EXPECT_TRUE(exchange->complete());
    EXPECT_EQ(exchange->status(), 503U);
}

TEST_F(UpstashEvents, TellOfAGap)
{
    open("/subscribe/c");
    backend.gap();
    backend.publish("c", "1");
    EXPECT_EQ(streamed(), "data: subscribe,c,1\n\n: gap\nevent: gap\ndata\n\ndata: message,c,1\n\n");
}

TEST_F(UpstashEvents, EndWithACloseWhenRedisIsLost)
{
    open("/subscribe/c");
    backend.fail_subscriptions(error(errc::backend_lost, "gone", executed::no));
    EXPECT_TRUE(exchange->complete());
    EXPECT_TRUE(streamed().ends_with(": close\nevent: close\ndata\n\n"));
    EXPECT_EQ(backend.listeners(), 0U);
}

TEST_F(UpstashEvents, KeepAnIdleStreamAlive)
{
    open("/subscribe/c");
    exchange->watcher->on_idle();
    EXPECT_EQ(streamed(), "data: subscribe,c,1\n\n: keepalive\n\n");
    EXPECT_TRUE(exchange->flushed());
}

TEST_F(UpstashEvents, EndWithACloseWhenTheGatewayDrains)
{
    open("/subscribe/c");
    exchange->watcher->on_draining();
    EXPECT_TRUE(exchange->complete());
    EXPECT_TRUE(streamed().ends_with(": close\nevent: close\ndata\n\n"));
    EXPECT_EQ(backend.listeners(), 0U);
}

TEST_F(UpstashEvents, CutOffAClientThatIsTooFarBehind)
{
    settings.upstash.stream_buffer = 1000;
    open("/subscribe/c");
    exchange->take();
    exchange->takes = false;
    backend.publish("c", std::string(500, 'x'));
    EXPECT_FALSE(exchange->aborted());
    backend.publish("c", std::string(500, 'x'));
    EXPECT_TRUE(exchange->aborted());
    EXPECT_EQ(metrics.streams_cut.get(), 1);
    backend.publish("c", "more");
    EXPECT_EQ(metrics.streams_cut.get(), 1);
}

TEST_F(UpstashEvents, BeyondAPrincipalsLimitAreRefusedAndAudited)
{
    test::audited log;
    log.start(false);
    access::principal single{.name = "single", .used = std::make_shared<access::usage>()};
    single.limits.streams = 1;
    single.used->streams = 1;
    by = std::make_shared<const access::principal>(single);
    listen("/subscribe/c");
    EXPECT_EQ(exchange->status(), 429U);
    const auto told = log.lines();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0]["principal"], "single");
    EXPECT_EQ(told[0]["code"], "rate_limited");
    EXPECT_EQ(told[0]["why"], "this token has too many streams open");
}

TEST_F(UpstashEvents, OfAClientThatLeftNothingIsHeld)
{
    open("/subscribe/a/b");
    EXPECT_EQ(backend.listeners(), 2U);
    work = {};
    EXPECT_EQ(backend.listeners(), 0U);
    EXPECT_EQ(exchange->watcher, nullptr);
    backend.publish("a", "1");
}

TEST_F(UpstashEvents, NobodyNeedsToWaitForRedisToLeave)
{
    listen("/subscribe/c");
    work = {};
    EXPECT_EQ(backend.listeners(), 0U);
    EXPECT_FALSE(begun());
}

}   // namespace
}   // namespace rediserve::api::upstash
