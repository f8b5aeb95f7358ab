// A PROXY protocol header before the first request.
#include "session_fixture.hpp"

namespace rediserve::http {
namespace {

class ProxiedSession : public Session
{
protected:
    void begin(const limits& within = {})
    {
        arrival how;
        how.peer.local = true;
        how.peer.listener = 3;
        how.proxied = true;
        open(within, std::move(how));
    }

    static constexpr std::string_view header = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";
};

TEST_F(ProxiedSession, KnowsWhoAsks)
{
    begin();
    EXPECT_TRUE(ask(std::string(header) + get("/peer")).ends_with("::ffff:192.0.2.1 by 3"));
    EXPECT_TRUE(ask(get("/peer")).ends_with("::ffff:192.0.2.1 by 3")) << "as long as the connection";
}

TEST_F(ProxiedSession, KeepsTheSocketsOwnAddressWhereTheProxyKnowsNone)
{
    begin();
    EXPECT_TRUE(ask("PROXY UNKNOWN\r\n" + get("/peer")).ends_with(":: local by 3"));
}

TEST_F(ProxiedSession, WaitsForTheHeaderByteByByte)
{
    begin();
    for (const char c : header)
        EXPECT_EQ(ask({&c, 1}), "");
    EXPECT_TRUE(ask(get("/peer")).ends_with("::ffff:192.0.2.1 by 3"));
}

TEST_F(ProxiedSession, EndsWithoutAWordWhenThereIsNone)
{
    begin();
    EXPECT_EQ(ask(get("/peer")), "");
    EXPECT_TRUE(await_closed());
    EXPECT_EQ(handler.handled, 0);
    EXPECT_EQ(metrics.proxy_headers_refused.get(), 1);
}

TEST_F(ProxiedSession, TakesNoSecondOne)
{
    begin();
    EXPECT_TRUE(ask(std::string(header) + std::string(header) + get("/peer")).starts_with("HTTP/1.1 400 "));
}

TEST_F(ProxiedSession, EndsWhenTheHeaderDoesNotCome)
{
    limits within;
    within.header_timeout = 50ms;
    begin(within);
    send(header.substr(0, 20));
    EXPECT_TRUE(await_closed());
    EXPECT_EQ(last, "");
    EXPECT_EQ(metrics.proxy_headers_refused.get(), 1);
}

TEST_F(ProxiedSession, EndsWithItsClient)
{
    begin();
    send(header.substr(0, 20));
    ::shutdown(client, SHUT_WR);
    EXPECT_TRUE(await_closed());
    EXPECT_EQ(last, "");
}

TEST_F(ProxiedSession, TellsAConnectionOverTheLimitBehindTheHeader)
{
    arrival how;
    how.proxied = how.refused = true;
    open(limits{}, std::move(how));
    EXPECT_EQ(receive(), "");
    EXPECT_TRUE(ask(header).starts_with("HTTP/1.1 503 "));
}

TEST_F(ProxiedSession, IsClosedByADrainBeforeItHasBegun)
{
    begin();
    pool->drain();
    EXPECT_TRUE(await_closed());
}

}   // namespace
}   // namespace rediserve::http
