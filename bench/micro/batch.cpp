// Encoding commands for Redis.
#include "rediserve/redis/command.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

using rediserve::redis::batch;

void encode_get(benchmark::State& state)
{
    const std::string key = "user:1234";
    for (auto _ : state) {
        const batch get = batch::of("GET", key);
        benchmark::DoNotOptimize(get.head());
    }
}

void encode_transaction(benchmark::State& state)
{
    const std::string key = "user:1234";
    const std::string value(100, 'v');
    for (auto _ : state) {
        batch all;
        all.add("MULTI").add("EXISTS", key).add("SET", key, value, "EX", 60).add("EXEC");
        benchmark::DoNotOptimize(all.head());
    }
}

BENCHMARK(encode_get);
BENCHMARK(encode_transaction);

}   // namespace
