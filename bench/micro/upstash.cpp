// The Upstash dialect: commands in JSON, also as nlohmann's event parser reads them, and results as base64.
#include "api/upstash/json_commands.hpp"
#include "api/upstash/json_reply.hpp"

#include <benchmark/benchmark.h>
#include <hiredis/hiredis.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace rediserve;
using namespace rediserve::api::upstash;

std::string pipeline_of(benchmark::State& state)
{
    std::string body = "[";
    for (std::int64_t i = 0; i < state.range(0); ++i)
        body += std::string(i == 0 ? "" : ",") + R"(["GET","user:)" + std::to_string(1000 + i) + R"("])";
    return body + "]";
}

void read_pipeline(benchmark::State& state)
{
    const std::string body = pipeline_of(state);
    command_list list;
    for (auto _ : state) {
        list.clear();
        benchmark::DoNotOptimize(read_json_commands(body, form::many, 1000, list));
    }
}

// Collects the strings of each command, and does nothing else.
struct collector : nlohmann::json_sax<nlohmann::json>
{
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(string_t&) override { return true; }
    bool end_object() override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override { return false; }
    bool start_array(std::size_t) override
    {
        commands.emplace_back();
        return true;
    }
    bool string(string_t& text) override
    {
        commands.back().push_back(std::move(text));
        return true;
    }

    std::vector<std::vector<std::string>> commands;
};

void read_pipeline_by_nlohmann(benchmark::State& state)
{
    const std::string body = pipeline_of(state);
    for (auto _ : state) {
        collector all;
        benchmark::DoNotOptimize(nlohmann::json::sax_parse(body, &all));
    }
}

void write_result_as_base64(benchmark::State& state)
{
    const auto size = static_cast<std::size_t>(state.range(0));
    const std::string resp = std::string("$").append(std::to_string(size)) + "\r\n" + std::string(size, 'v') + "\r\n";
    const std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader(redisReaderCreate(), redisReaderFree);
    redisReaderFeed(reader.get(), resp.data(), resp.size());
    void* reply = nullptr;
    redisReaderGetReply(reader.get(), &reply);
    buffer to;
    for (auto _ : state) {
        to.clear();
        append_result(to, redis::reply_view(static_cast<redisReply*>(reply)), api::encoding::base64);
        benchmark::DoNotOptimize(to.view());
    }
    freeReplyObject(reply);
}

BENCHMARK(read_pipeline)->Arg(1)->Arg(100);
BENCHMARK(read_pipeline_by_nlohmann)->Arg(1)->Arg(100);
BENCHMARK(write_result_as_base64)->Arg(100);

}   // namespace
