#include "rediserve/telemetry/access_log.hpp"

#include "rediserve/telemetry/log.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <cstdio>

namespace rediserve::telemetry {
namespace {

using namespace std::chrono_literals;

// What is written to standard output while it lives.
class captured_log
{
public:
    explicit captured_log(params settings)
    {
        settings.format = log_format::json;
        testing::internal::CaptureStdout();
        start_log(settings);
    }

    std::string text()
    {
        stop_log();
        return testing::internal::GetCapturedStdout();
    }
};

params settings_with(const char* level, bool requests)
{
    params settings;
    settings.level = level;
    settings.requests = requests;
    return settings;
}

request_facts some_request()
{
    return {"id-1", "token", "key", "GET", 200, 1500us, 800us, 0, 42, {}};
}

TEST(AccessLog, WritesOneLineARequest)
{
    captured_log log(settings_with("info", true));
    log_request(some_request());
    auto line = nlohmann::json::parse(log.text());
    EXPECT_TRUE(line.contains("ts"));
    line.erase("ts");
    EXPECT_EQ(line, nlohmann::json::parse(R"({
        "level": "info", "subject": "request", "event": "answered", "id": "id-1", "principal": "token",
        "method": "GET", "route": "key", "status": 200, "duration_ms": 1.5, "redis_ms": 0.8,
        "bytes_in": 0, "bytes_out": 42
    })"));
}

TEST(AccessLog, PassesTheTraceOn)
{
    captured_log log(settings_with("info", true));
    auto facts = some_request();
    facts.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    log_request(facts);
    EXPECT_EQ(nlohmann::json::parse(log.text())["traceparent"], facts.traceparent);
}

TEST(AccessLog, WantsFailuresAlwaysAndTheRestWhenTold)
{
    captured_log log(settings_with("info", false));
    EXPECT_FALSE(wants_request(200));
    EXPECT_FALSE(wants_request(404));
    EXPECT_TRUE(wants_request(500));
    EXPECT_TRUE(wants_request(503));
    log_all_requests(true);
    EXPECT_TRUE(wants_request(200));
    log.text();
}

TEST(AccessLog, RespectsTheLevel)
{
    captured_log log(settings_with("warn", true));
    EXPECT_FALSE(wants_request(200));
    EXPECT_TRUE(wants_request(503));
    set_level("error");
    EXPECT_FALSE(wants_request(503));
    log.text();
}

TEST(Log, SaysNothingBeforeItStartsAndAfterItStops)
{
    report(level::error, "test", "before");
    captured_log log(settings_with("info", false));
    report(level::debug, "test", "too_quiet");
    report(level::error, "test", "during", {{"n", 1}});
    const std::string written = log.text();
    report(level::error, "test", "after");
    EXPECT_EQ(written.find("before"), std::string::npos);
    EXPECT_EQ(written.find("too_quiet"), std::string::npos);
    EXPECT_NE(written.find(R"("event":"during","n":1})"), std::string::npos);
    EXPECT_EQ(dropped_lines(), 0U);
}

TEST(Log, ChoosesJsonWhenNoTerminalReadsIt)
{
    testing::internal::CaptureStdout();
    EXPECT_EQ(format_in_use(log_format::automatic), log_format::json);
    EXPECT_EQ(format_in_use(log_format::text), log_format::text);
    testing::internal::GetCapturedStdout();
}

}   // namespace
}   // namespace rediserve::telemetry
