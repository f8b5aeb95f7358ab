// Listeners whose connections begin with a PROXY protocol header.
#include "e2e/rest_test.hpp"

namespace rediserve::test {
namespace {

class ProxyProtocol : public testing::Test
{
protected:
    void start(const std::string& trusted, std::map<std::string, std::string> environment = {})
    {
        environment.emplace("REDISERVE_HTTP_TRUSTED_PROXIES", trusted);
        rest.emplace(
            std::vector<std::string>{
                "--listen", "127.0.0.1:0?proxy_protocol=on", "--listen", "unix:" + socket + "?proxy_protocol=on",
                "--redis", redis.url()},
            environment
        );
        ASSERT_TRUE(rest->await_ready());
        ASSERT_EQ(rest->urls().size(), 3u);
        address = rest->urls()[1].substr(7);
    }

    double refused() const
    {
        return metric(rest->request("GET", "/metrics").body, "rediserve_http_proxy_headers_refused_total", "");
    }

    static constexpr std::string_view request = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
    static constexpr std::string_view header = "PROXY TCP6 2001:db8::7 2001:db8::8 56324 443\r\n";

    redis_server redis;
    temporary_folder folder;
    std::string socket = (folder.path() / "http.sock").string();
    std::optional<gateway> rest;
    std::string address;
};

TEST_F(ProxyProtocol, LetsATrustedProxySpeak)
{
    start("10.0.0.0/8, 127.0.0.1");
    http_connection first(address);
    first.send(std::string(header) + std::string(request));
    EXPECT_THAT(first.read(), HasStatus(200));
    EXPECT_THAT(first.request("GET", "/livez"), HasStatus(200)) << "one header for a connection";
    http_connection second(address);
    second.send(std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc6\x33\x64\x01\xdb\x04\x01\xbb", 28));
    EXPECT_THAT(second.request("GET", "/livez"), HasStatus(200));
    EXPECT_EQ(refused(), 0);
}

TEST_F(ProxyProtocol, ListensToNobodyElse)
{
    start("10.0.0.0/8");
    http_connection stranger(address);
    EXPECT_TRUE(await([&] { return stranger.closed_by_peer(); }));
    EXPECT_EQ(refused(), 1);
    EXPECT_TRUE(await([&] { return rest->process().output().find("proxy_header_refused") != std::string::npos; }));
    http_connection local("unix:" + socket);
    local.send(header);
    EXPECT_THAT(local.request("GET", "/livez"), HasStatus(200)) << "the mode of the socket says who may";
}

TEST_F(ProxyProtocol, ClosesWithoutAWordWhereThereIsNoHeader)
{
    start("127.0.0.1");
    http_connection bare(address);
    bare.send(request);
    EXPECT_TRUE(await([&] { return bare.closed_by_peer(); }));
    EXPECT_EQ(refused(), 1);
}

TEST_F(ProxyProtocol, WaitsForTheHeaderSoLongAndNoLonger)
{
    start("127.0.0.1", {{"REDISERVE_HTTP_LIMITS_HEADER_TIMEOUT", "300ms"}});
    http_connection silent(address);
    http_connection slow(address);
    slow.send(header.substr(0, 30));
    EXPECT_TRUE(await([&] { return silent.closed_by_peer(); }));
    EXPECT_TRUE(await([&] { return slow.closed_by_peer(); }));
    EXPECT_EQ(refused(), 2);
}

TEST_F(ProxyProtocol, NeedsSomebodyToTrust)
{
    process::options how;
    how.command = {binary(), "--listen", "127.0.0.1:0?proxy_protocol=on", "--redis", redis.url()};
    how.clear_environment = true;
    process started(how);
    EXPECT_EQ(started.wait(), 78);
    EXPECT_THAT(started.output(), testing::HasSubstr("http.trusted_proxies"));
}

}   // namespace
}   // namespace rediserve::test
