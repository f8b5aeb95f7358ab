#include "config/units.hpp"

#include <gtest/gtest.h>

namespace rediserve::config {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsEveryUnit)
{
    EXPECT_EQ(parse_duration("500ms"), 500ms);
    EXPECT_EQ(parse_duration("10s"), 10s);
    EXPECT_EQ(parse_duration("2m"), 2min);
    EXPECT_EQ(parse_duration("24h"), 24h);
    EXPECT_EQ(parse_duration("0s"), 0ms);
}

TEST(Duration, RefusesEverythingElse)
{
    for (const auto* text :
         {"", "10", "s", "ms", "-1s", "+1s", "1.5s", "1 s", " 1s", "1s ", "1d", "0x1s", "1S", "1sm",
          "9223372036854775807h", "99999999999999999999s"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Duration, IsWrittenInTheLargestUnitThatFits)
{
    EXPECT_EQ(duration_text(0ms), "0s");
    EXPECT_EQ(duration_text(1500ms), "1500ms");
    EXPECT_EQ(duration_text(75s), "75s");
    EXPECT_EQ(duration_text(120s), "2m");
    EXPECT_EQ(duration_text(2h), "2h");
}

TEST(Size, IsWrittenInTheLargestUnitThatFits)
{
    EXPECT_EQ(size_text(0), "0");
    EXPECT_EQ(size_text(1000), "1000");
    EXPECT_EQ(size_text(65536), "64k");
    EXPECT_EQ(size_text(std::uint64_t{64} << 20), "64m");
    EXPECT_EQ(size_text(std::uint64_t{4} << 30), "4g");
}

struct endpoint_case
{
    const char* text;
    const char* host;
    int port;
    const char* path;
    const char* written;
    bool local;
};

TEST(Endpoint, ReadsAddressesAndPaths)
{
    const endpoint_case cases[] = {
        {"127.0.0.1:3000", "127.0.0.1", 3000, "", "127.0.0.1:3000", true},
        {"127.8.8.8:1", "127.8.8.8", 1, "", "127.8.8.8:1", true},
        {"192.0.2.1:80", "192.0.2.1", 80, "", "192.0.2.1:80", false},
        {"0.0.0.0:65535", "0.0.0.0", 65535, "", "0.0.0.0:65535", false},
        {"[::1]:3000", "::1", 3000, "", "[::1]:3000", true},
        {"[::]:0", "::", 0, "", "[::]:0", false},
        {":3000", "*", 3000, "", "*:3000", false},
        {"*:3000", "*", 3000, "", "*:3000", false},
        {"localhost:3000", "127.0.0.1", 3000, "", "127.0.0.1:3000", true},
        {"8080", "127.0.0.1", 8080, "", "127.0.0.1:8080", true},
        {"unix:/run/r.sock", "127.0.0.1", 3000, "/run/r.sock", "unix:/run/r.sock", true},
    };
    for (const auto& one : cases) {
        const auto read = parse_endpoint(one.text);
        ASSERT_TRUE(read) << one.text << ": " << read.error().detail;
        EXPECT_EQ(read->host, one.host) << one.text;
        EXPECT_EQ(read->port, one.port) << one.text;
        EXPECT_EQ(read->path, one.path) << one.text;
        EXPECT_EQ(endpoint_text(*read), one.written);
        EXPECT_EQ(is_local(*read), one.local) << one.text;
    }
}

http::endpoint endpoint(std::string host, std::uint16_t port, bool tls, bool proxy_protocol, std::string cors)
{
    http::endpoint made;
    made.host = std::move(host);
    made.port = port;
    made.tls = tls;
    made.proxy_protocol = proxy_protocol;
    made.cors = std::move(cors);
    return made;
}

TEST(Endpoint, HasASchemeAndOptions)
{
    const std::pair<const char*, http::endpoint> cases[] = {
        {"https://127.0.0.1:3443", endpoint("127.0.0.1", 3443, true, false, "")},
        {"https://*:3443", endpoint("*", 3443, true, false, "")},
        {"https://[::1]:1?proxy_protocol=on", endpoint("::1", 1, true, true, "")},
        {"127.0.0.1:3000?cors=any", endpoint("127.0.0.1", 3000, false, false, "any")},
        {"*:80?proxy_protocol=on&cors=https://a.example&cors=http://localhost:5173",
         endpoint("*", 80, false, true, "https://a.example,http://localhost:5173")},
    };
    for (const auto& [text, is] : cases) {
        const auto read = parse_endpoint(text);
        ASSERT_TRUE(read) << text << ": " << read.error().detail;
        EXPECT_TRUE(*read == is) << text;
        EXPECT_EQ(endpoint_text(*read), text);
    }
    const auto local = parse_endpoint("unix:/run/r.sock?proxy_protocol=on");
    ASSERT_TRUE(local);
    EXPECT_EQ(local->path, "/run/r.sock");
    EXPECT_TRUE(local->proxy_protocol);
    EXPECT_EQ(endpoint_text(*local), "unix:/run/r.sock?proxy_protocol=on");
    EXPECT_EQ(endpoint_text(*parse_endpoint("http://:80")), "*:80");
    EXPECT_EQ(endpoint_text(*parse_endpoint(":80?proxy_protocol=off")), "*:80");
}

TEST(Endpoint, RefusesEverythingElse)
{
    for (const auto* text :
         {"",
          ":",
          "x",
          "127.0.0.1",
          "127.0.0.1:",
          "127.0.0.1:65536",
          "127.0.0.1:-1",
          "127.0.0.1:+1",
          "127.0.0.1:3000x",
          "::1:3000",
          "[::1]",
          "[::1",
          "[]:1",
          "[:1",
          "]:1",
          "[127.0.0.1]:1",
          "256.0.0.1:1",
          "127.1:80",
          "example.org:80",
          "https://example.org:80",
          "HTTPS://127.0.0.1:80",
          "ftp://127.0.0.1:80",
          "https://",
          "https://http://:80",
          "https://unix:/x",
          ":80?",
          ":80?proxy_protocol",
          ":80?proxy_protocol=",
          ":80?proxy_protocol=yes",
          ":80?Proxy_protocol=on",
          ":80?cors=",
          ":80?cors=app.example",
          ":80?cors=any&cors=https://app.example",
          ":80?tls=on",
          ":80?proxy_protocol=on&&cors=any",
          ":80?proxy_protocol=on;cors=any",
          "unix:?proxy_protocol=on",
          "unix:"})
        EXPECT_FALSE(parse_endpoint(text)) << text;
    EXPECT_FALSE(parse_endpoint("unix:/" + std::string(107, 'x')));
    EXPECT_TRUE(parse_endpoint("unix:/" + std::string(106, 'x')));
    EXPECT_FALSE(parse_endpoint(std::string_view("127.0.0.1\0:80", 13)));
}

}   // namespace
}   // namespace rediserve::config
