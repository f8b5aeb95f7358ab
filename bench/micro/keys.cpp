// The keys dialect: what a path means, the key in it, the options behind it.
#include "api/keys/key_name.hpp"
#include "api/keys/query.hpp"
#include "api/keys/resource.hpp"

#include <benchmark/benchmark.h>

#include <array>

namespace {

using namespace rediserve::api::keys;

void route_path(benchmark::State& state)
{
    for (auto _ : state) {
        auto found = locate("/keys/user%3A1234", "/keys");
        benchmark::DoNotOptimize(found);
    }
}

void decode_key_name(benchmark::State& state)
{
    for (auto _ : state) {
        auto key = key_name::decode("user%3A1234", 1024);
        benchmark::DoNotOptimize(key);
    }
}

void read_options(benchmark::State& state)
{
    static constexpr std::array<known_option, 3> known{{
        {"ttl", option_kind::value},
        {"nx", option_kind::flag},
        {"xx", option_kind::flag},
    }};
    for (auto _ : state) {
        auto options = query::read("ttl=60&nx", known);
        benchmark::DoNotOptimize(options);
    }
}

BENCHMARK(route_path);
BENCHMARK(decode_key_name);
BENCHMARK(read_options);

}   // namespace
