// The texts of an answer: UTF-8 check, JSON strings, base64, percent-decoding, ETag digest.
#include "rediserve/base/bytes.hpp"
#include "rediserve/base/digest.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <string>

namespace {

using namespace rediserve;

std::string plain_text(benchmark::State& state)
{
    return std::string(static_cast<std::size_t>(state.range(0)), 'v');
}

void count_bytes(benchmark::State& state)
{
    state.SetBytesProcessed(state.iterations() * state.range(0));
}

void check_utf8(benchmark::State& state)
{
    const std::string text = plain_text(state);
    for (auto _ : state)
        benchmark::DoNotOptimize(is_utf8(text));
    count_bytes(state);
}

void write_json_string(benchmark::State& state)
{
    const std::string text = plain_text(state);
    buffer to;
    for (auto _ : state) {
        to.clear();
        append_json_string(to, text);
        benchmark::DoNotOptimize(to.view());
    }
    count_bytes(state);
}

void write_base64(benchmark::State& state)
{
    const std::string bytes = plain_text(state);
    buffer to;
    for (auto _ : state) {
        to.clear();
        append_base64(to, bytes);
        benchmark::DoNotOptimize(to.view());
    }
    count_bytes(state);
}

void digest_for_etag(benchmark::State& state)
{
    const std::string bytes = plain_text(state);
    std::array<char, 32> tag;
    for (auto _ : state) {
        const sha1_digest digest = sha1(bytes);
        to_hex(digest.data(), 16, tag.data());
        benchmark::DoNotOptimize(tag);
    }
    count_bytes(state);
}

void decode_key(benchmark::State& state)
{
    for (auto _ : state) {
        auto key = percent_decode("user%3A1234%2Fprofile");
        benchmark::DoNotOptimize(key);
    }
}

BENCHMARK(check_utf8)->Arg(100)->Arg(1 << 20);
BENCHMARK(write_json_string)->Arg(100)->Arg(1 << 20);
BENCHMARK(write_base64)->Arg(100)->Arg(1 << 20);
BENCHMARK(digest_for_etag)->Arg(100)->Arg(1 << 20);
BENCHMARK(decode_key);

}   // namespace
