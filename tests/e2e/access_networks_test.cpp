// From where requests may come, and how many.
#include "e2e/upstash_test.hpp"

#include <string>

namespace rediserve::test {
namespace {

class AccessNetworks : public testing::Test
{
protected:
    static http_response from(const gateway& rest, const std::string& address)
    {
        return rest.request("GET", "/keys/k", {}, bearing("word", {{"X-Forwarded-For", address}}));
    }

    redis_server redis_;
};

TEST_F(AccessNetworks, AreThoseOfTheClientBehindATrustedProxy)
{
    gateway rest(
        {"--redis", redis_.url(), "--token", "word"},
        {{"REDISERVE_HTTP_TRUSTED_PROXIES", "127.0.0.1"}, {"REDISERVE_ACCESS_DENY", "198.51.100.0/24 2001:db8::/32"}}
    );
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(from(rest, "203.0.113.1"), Fails(404, "not_found"));
    EXPECT_THAT(from(rest, "198.51.100.7"), Fails(403, "forbidden"));
    EXPECT_THAT(from(rest, "2001:db8::1"), Fails(403, "forbidden"));
    EXPECT_THAT(from(rest, "198.51.100.7, 203.0.113.1"), Fails(404, "not_found")) << "what a client says of itself";
    EXPECT_THAT(rest.request("GET", "/livez"), HasStatus(200));
}

TEST_F(AccessNetworks, AreNotThoseThatAnybodyClaims)
{
    gateway rest({"--redis", redis_.url(), "--token", "word"}, {{"REDISERVE_ACCESS_ALLOW", "203.0.113.0/24"}});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(from(rest, "203.0.113.1"), Fails(403, "forbidden")) << "nobody is trusted to speak for others";
}

TEST_F(AccessNetworks, AreWhatAProxySaysOnAUnixSocket)
{
    const temporary_folder folder;
    const std::string socket = "unix:" + (folder.path() / "s").string();
    gateway rest(
        {"--redis", redis_.url(), "--token", "word", "--listen", socket},
        {{"REDISERVE_ACCESS_ALLOW", "203.0.113.0/24 127.0.0.1"}}
    );
    ASSERT_TRUE(rest.await_ready());
    const auto ask = [&](const header_list& more) {
        return http_connection(socket).request("GET", "/keys/k", {}, bearing("word", more));
    };
    EXPECT_THAT(ask({}), Fails(404, "not_found")) << "it has no address";
    EXPECT_THAT(ask({{"X-Forwarded-For", "203.0.113.1"}}), Fails(404, "not_found"));
    EXPECT_THAT(ask({{"X-Forwarded-For", "198.51.100.7"}}), Fails(403, "forbidden"));
}

TEST_F(AccessNetworks, HaveARateForEachAddress)
{
    gateway rest(
        {"--redis", redis_.url(), "--token", "word"},
        {{"REDISERVE_HTTP_TRUSTED_PROXIES", "127.0.0.1"}, {"REDISERVE_ACCESS_ADDRESS_RATE", "2/1h"}}
    );
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(from(rest, "203.0.113.1"), Fails(404, "not_found"));
    EXPECT_THAT(rest.request("GET", "/keys/k", {}, {{"X-Forwarded-For", "203.0.113.1"}}), HasStatus(401));
    const auto refused = from(rest, "203.0.113.1");
    EXPECT_THAT(refused, Fails(429, "rate_limited")) << "guesses of tokens count, too";
    EXPECT_FALSE(refused.header("retry-after").empty());
    EXPECT_THAT(from(rest, "203.0.113.2"), Fails(404, "not_found"));
}

}   // namespace
}   // namespace rediserve::test
