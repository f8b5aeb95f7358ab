#include "http/head_scan.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rediserve::http {
namespace {

constexpr std::string_view simple = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

errc failure_of(std::string_view input, const limits& within = {})
{
    head_scan scan;
    const auto found = scan(input, within);
    return found ? errc{} : static_cast<errc>(found.error().code.value());
}

TEST(HeadScan, FindsTheEndOfAHead)
{
    head_scan scan;
    EXPECT_EQ(*scan(std::string(simple) + "GET /next", {}), simple.size());
}

TEST(HeadScan, WaitsForTheRestWhereverAHeadIsCut)
{
    for (std::size_t cut = 0; cut < simple.size(); ++cut) {
        head_scan scan;
        EXPECT_EQ(*scan(simple.substr(0, cut), {}), std::nullopt) << cut;
        EXPECT_EQ(*scan(simple, {}), simple.size()) << cut;
    }
}

TEST(HeadScan, ReadsAHeadThatArrivesByteByByte)
{
    head_scan scan;
    for (std::size_t n = 1; n < simple.size(); ++n)
        ASSERT_EQ(*scan(simple.substr(0, n), {}), std::nullopt);
    EXPECT_EQ(*scan(simple, {}), simple.size());
}

TEST(HeadScan, RefusesLinesThatEndWithLfAlone)
{
    EXPECT_EQ(failure_of("GET / HTTP/1.1\nHost: x\r\n\r\n"), errc::bad_request);
    EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nHost: x\n\r\n"), errc::bad_request);
    EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nHost: x\r\n\n"), errc::bad_request);
    EXPECT_EQ(failure_of("\n"), errc::bad_request);
}

TEST(HeadScan, RefusesFoldedFields)
{
    EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nA: x\r\n y\r\n\r\n"), errc::bad_request);
    EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nA: x\r\n\ty\r\n\r\n"), errc::bad_request);
}

TEST(HeadScan, BoundsTheRequestLine)
{
    limits within;
    within.request_line = 20;
    EXPECT_EQ(failure_of("GET /" + std::string(20, 'a'), within), errc::uri_too_long);
    EXPECT_EQ(failure_of("GET /" + std::string(20, 'a') + " HTTP/1.1\r\n\r\n", within), errc::uri_too_long);
    EXPECT_EQ(failure_of("GET / HTTP/1.1\r\n\r\n", within), errc{});
}

TEST(HeadScan, BoundsTheHeader)
{
    limits within;
    within.request_line = 20;
    within.header = 40;
    EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nA: " + std::string(40, 'a'), within), errc::header_too_large);
    EXPECT_EQ(failure_of("GET / HTTP/1.1\r\nA: x\r\n\r\n", within), errc{});
}

}   // namespace
}   // namespace rediserve::http
