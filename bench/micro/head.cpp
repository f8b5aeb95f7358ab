// Finding and parsing the head of a request.
#include "http/head_scan.hpp"
#include "http/parser.hpp"

#include <benchmark/benchmark.h>

#include <string_view>

namespace {

using namespace rediserve;

// What a load generator sends: the least a request can be.
constexpr std::string_view bare_head = "GET /keys/user%3A1234 HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n\r\n";

// What a browser sends.
constexpr std::string_view browser_head =
    "GET /keys/user%3A1234?include=ttl HTTP/1.1\r\n"
    "Host: gateway.example:3000\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: application/json,text/plain;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Authorization: Bearer 0123456789abcdef0123456789abcdef\r\n"
    "Origin: https://app.example\r\n"
    "Connection: keep-alive\r\n"
    "If-None-Match: \"0123456789abcdef0123456789abcdef\"\r\n"
    "Sec-Fetch-Dest: empty\r\n"
    "Sec-Fetch-Mode: cors\r\n"
    "Sec-Fetch-Site: cross-site\r\n\r\n";

void scan_head(benchmark::State& state, std::string_view head)
{
    const http::limits limits;
    for (auto _ : state) {
        http::head_scan scan;
        auto size = scan(head, limits);
        benchmark::DoNotOptimize(size);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(head.size()));
}

void parse_head(benchmark::State& state, std::string_view head)
{
    for (auto _ : state) {
        http::request request;
        auto framing = http::parse_head(head, request);
        benchmark::DoNotOptimize(framing);
        benchmark::DoNotOptimize(request);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(head.size()));
}

BENCHMARK_CAPTURE(scan_head, bare, bare_head);
BENCHMARK_CAPTURE(scan_head, browser, browser_head);
BENCHMARK_CAPTURE(parse_head, bare, bare_head);
BENCHMARK_CAPTURE(parse_head, browser, browser_head);

}   // namespace
