#include "http/parser.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace rediserve::http {
namespace {

std::string head(std::string_view line, std::string_view fields = "Host: x\r\n")
{
    return std::string(line) + " HTTP/1.1\r\n" + std::string(fields) + "\r\n";
}

errc failure_of(const std::string& text)
{
    request into;
    const auto found = parse_head(text, into);
    return found ? errc{} : static_cast<errc>(found.error().code.value());
}

TEST(ParseHead, SplitsPathAndQuery)
{
    request got;
    const std::string text = head("PUT /keys/a%2Fb?ttl=5&x=?");
    ASSERT_TRUE(parse_head(text, got));
    EXPECT_EQ(got.method, method::put);
    EXPECT_EQ(got.path, "/keys/a%2Fb");
    EXPECT_EQ(got.query, "ttl=5&x=?");
    EXPECT_EQ(got.version, 11u);
}

TEST(ParseHead, TakesAbsoluteTargetsAndAsterisk)
{
    request got;
    std::string text = head("GET http://example.test:80/keys/a?b");
    ASSERT_TRUE(parse_head(text, got));
    EXPECT_EQ(got.path, "/keys/a");
    EXPECT_EQ(got.query, "b");
    text = head("GET HTTP://example.test");
    ASSERT_TRUE(parse_head(text, got));
    EXPECT_EQ(got.path, "/");
    text = head("OPTIONS *");
    EXPECT_TRUE(parse_head(text, got));
}

TEST(ParseHead, KeepsTheHeadersSomebodyReads)
{
    request got;
    const std::string text = head(
        "GET /",
        "Host: x\r\nauthorization:Bearer t\r\nX-REQUEST-ID: id \r\nTraceparent: tp\r\nAccept: a\r\n"
        "Accept: b\r\nAccept: c\r\nCookie: z\r\nX-Forwarded-For: 192.0.2.1\r\nForwarded: for=a\r\n"
        "x-forwarded-for: 192.0.2.2\r\nforwarded: for=b\r\n"
    );
    ASSERT_TRUE(parse_head(text, got));
    EXPECT_EQ(got[header::authorization], "Bearer t");
    EXPECT_EQ(got[header::x_request_id], "id");
    EXPECT_EQ(got[header::traceparent], "tp");
    EXPECT_EQ(got[header::accept], "a, b, c");
    EXPECT_EQ(got[header::x_forwarded_for], "192.0.2.1, 192.0.2.2");
    EXPECT_EQ(got[header::forwarded], "for=a, for=b");
    EXPECT_EQ(got[header::range], "");
}

TEST(ParseHead, KeepsTheHeadersThatSomebodyReads)
{
    const std::map<header, std::string> names = {
        {header::access_control_request_headers, "Access-Control-Request-Headers"},
        {header::access_control_request_method, "Access-Control-Request-Method"},
        {header::forwarded, "Forwarded"},
        {header::idempotency_key, "Idempotency-Key"},
        {header::last_event_id, "Last-Event-ID"},
        {header::prefer, "Prefer"},
        {header::sec_fetch_site, "Sec-Fetch-Site"},
        {header::traceparent, "Traceparent"},
        {header::upstash_encoding, "Upstash-Encoding"},
        {header::upstash_response_format, "Upstash-Response-Format"},
        {header::x_forwarded_for, "X-Forwarded-For"},
        {header::x_request_id, "X-Request-Id"},
    };
    for (const auto& [name, text] : names) {
        request got;
        const std::string sent = head("GET /", "Host: x:1\r\n" + text + ": value\r\n");
        ASSERT_TRUE(parse_head(sent, got));
        EXPECT_EQ(got[name], "value") << text;
        EXPECT_EQ(got[header::host], "x:1");
    }
    request got;
    const std::string misspelt = head("GET /", "Host: x\r\nUpstash-Reponse-Format: resp2\r\n");
    ASSERT_TRUE(parse_head(misspelt, got));
    EXPECT_EQ(got[header::upstash_response_format], "resp2") << "as its documentation spells it";
}

TEST(ParseHead, KnowsTheMethodThatIsTooNewForBeast)
{
    request got;
    ASSERT_TRUE(parse_head(head("QUERY /"), got));
    EXPECT_EQ(got.method, method::query);
    ASSERT_TRUE(parse_head(head("QUERIES /"), got));
    EXPECT_EQ(got.method, method::other);
}

TEST(ParseHead, SaysHowTheMessageIsFramed)
{
    request got;
    EXPECT_EQ(parse_head(head("PUT /", "Host: x\r\nContent-Length: 12\r\n"), got)->content_length, 12u);
    EXPECT_TRUE(parse_head(head("PUT /", "Host: x\r\nTransfer-Encoding: Chunked\r\n"), got)->chunked);
    EXPECT_TRUE(parse_head(head("GET /"), got)->keep_alive);
    EXPECT_FALSE(parse_head(head("GET /", "Host: x\r\nConnection: close\r\n"), got)->keep_alive);
    EXPECT_TRUE(parse_head(head("PUT /", "Host: x\r\nExpect: 100-Continue\r\n"), got)->expect_continue);
    EXPECT_FALSE(parse_head("GET / HTTP/1.0\r\n\r\n", got)->keep_alive);
    EXPECT_TRUE(parse_head("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", got)->keep_alive);
}

struct refused
{
    std::string text;
    errc why;
};

class Refused : public testing::TestWithParam<refused>
{};

TEST_P(Refused, IsAnsweredWithItsReason)
{
    EXPECT_EQ(failure_of(GetParam().text), GetParam().why) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    ParseHead, Refused,
    testing::Values(
        refused{"GET / HTTP/1.1\r\n\r\n", errc::bad_request},
        refused{head("GET /", "Host: x\r\nHost: y\r\n"), errc::bad_request},
        refused{head("GET keys"), errc::bad_request}, refused{head("GET *"), errc::bad_request},
        refused{head("GET /a#b"), errc::bad_request}, refused{head("GET /a b"), errc::bad_request},
        refused{head("GET /\x01"), errc::bad_request}, refused{head("CONNECT example.test:443"), errc::bad_request},
        refused{head("PUT /", "Host: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n"), errc::bad_request},
        refused{head("PUT /", "Host: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n"), errc::bad_request},
        refused{head("PUT /", "Host: x\r\nContent-Length: 1, 1\r\n"), errc::bad_request},
        refused{head("PUT /", "Host: x\r\nContent-Length: +1\r\n"), errc::bad_request},
        refused{head("PUT /", "Host: x\r\nContent-Length: -1\r\n"), errc::bad_request},
        refused{head("PUT /", "Host: x\r\nContent-Length: 0x1\r\n"), errc::bad_request},
        refused{head("PUT /", "Host: x\r\nContent-Length: \r\n"), errc::bad_request},
        refused{head("PUT /", "Host: x\r\nContent-Length: 18446744073709551616\r\n"), errc::bad_request},
        refused{head("PUT /", "Host: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n"), errc::bad_request},
        refused{head("PUT /", "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n"), errc::bad_request},
        refused{
            head("PUT /", "Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
            errc::bad_request},
        refused{head("PUT /", "Host: x\r\nTransfer-Encoding: gzip, chunked\r\n"), errc::coding_not_supported},
        refused{head("PUT /", "Host: x\r\nTransfer-Encoding: identity\r\n"), errc::coding_not_supported},
        refused{head("PUT /", "Host: x\r\nTransfer-Encoding: xchunked\r\n"), errc::coding_not_supported},
        refused{"PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", errc::bad_request},
        refused{head("GET /", "Host: x\r\nAuthorization: a\r\nAuthorization: b\r\n"), errc::bad_request},
        refused{head("GET /", "Host : x\r\n"), errc::bad_request},
        refused{head("GET /", "Host: x\r\nno colon\r\n"), errc::bad_request},
        refused{head("GET /", std::string("Host: x\r\nA: \0\r\n", 14)), errc::bad_request},
        refused{head("GET /", "Host: x\r\nA: a\rb\r\n"), errc::bad_request},
        refused{head("GET /", "Host: x\r\nExpect: 200-ok\r\n"), errc::expectation_failed},
        refused{"GET / HTTP/1.2\r\nHost: x\r\n\r\n", errc::version_not_supported},
        refused{"GET / HTTP/2.0\r\nHost: x\r\n\r\n", errc::version_not_supported},
        refused{"GET /\r\n\r\n", errc::bad_request}
    )
);

TEST(ChunkedBody, JoinsChunksHoweverTheyArrive)
{
    const std::string start = head("PUT /", "Host: x\r\nTransfer-Encoding: chunked\r\n");
    const std::string body = "5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n";
    for (std::size_t step = 1; step <= body.size(); ++step) {
        chunked_body decoder(start, 100);
        buffer decoded;
        std::string pending;
        for (std::size_t at = 0; at < body.size(); at += step) {
            pending += body.substr(at, step);
            const auto used = decoder.decode(pending, decoded);
            ASSERT_TRUE(used) << used.error().detail;
            pending.erase(0, *used);
        }
        EXPECT_TRUE(decoder.done()) << step;
        EXPECT_EQ(decoded.view(), "hello world") << step;
        EXPECT_EQ(pending, "") << step;
    }
}

TEST(ChunkedBody, LeavesTheNextRequestAlone)
{
    chunked_body decoder(head("PUT /", "Host: x\r\nTransfer-Encoding: chunked\r\n"), 100);
    buffer decoded;
    EXPECT_EQ(*decoder.decode("1\r\na\r\n0\r\n\r\nGET /", decoded), 11u);
    EXPECT_TRUE(decoder.done());
}

TEST(ChunkedBody, RefusesGarbageAndTooMuch)
{
    const std::string start = head("PUT /", "Host: x\r\nTransfer-Encoding: chunked\r\n");
    for (const auto* bad :
         {"g\r\n\r\n", "-1\r\n\r\n", "1\r\nab\r\n0\r\n\r\n", "1 \na\r\n0\r\n\r\n", "ffffffffffffffffff\r\n"}) {
        chunked_body decoder(start, 100);
        buffer decoded;
        const auto used = decoder.decode(bad, decoded);
        EXPECT_TRUE(!used || !decoder.done()) << bad;
    }
    chunked_body small(start, 4);
    buffer decoded;
    const auto used = small.decode("5\r\nhello\r\n0\r\n\r\n", decoded);
    ASSERT_FALSE(used);
    EXPECT_EQ(used.error().code, make_error_code(errc::body_too_large));
    chunked_body endless(start, 100);
    EXPECT_FALSE(endless.decode("1;" + std::string(20'000, 'x'), decoded));
}

}   // namespace
}   // namespace rediserve::http
