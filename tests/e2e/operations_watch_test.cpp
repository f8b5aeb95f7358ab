// What operators see: probes, version, metrics, logs, traces, timings.
#include "e2e/rest_test.hpp"

#include <csignal>
#include <regex>
#include <sstream>

namespace rediserve::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class OperationsWatch : public rest_test
{
protected:
    static std::string metrics() { return get("/metrics").body; }
};

TEST_F(OperationsWatch, ProbesSayThatAllIsWell)
{
    EXPECT_THAT(get("/livez"), HasStatus(200));
    EXPECT_THAT(get("/readyz"), HasStatus(200));
    EXPECT_THAT(head("/readyz"), HasStatus(200));
}

TEST_F(OperationsWatch, TellsItsVersion)
{
    auto answer = get("/version");
    EXPECT_THAT(answer, HasStatus(200));
    EXPECT_EQ(json_of(answer)["version"], REDISERVE_VERSION);
}

TEST_F(OperationsWatch, MetricsAreWellFormed)
{
    get("/keys/k");
    auto answer = get("/metrics");
    EXPECT_TRUE(answer.header("content-type").starts_with("text/plain"));
    const std::regex comment(R"(# (HELP|TYPE) rediserve_[a-z0-9_]+ .+)");
    const std::regex sample(R"re(rediserve_[a-z0-9_]+(\{([a-z_]+="([^"\\\n]|\\.)*",?)*\})? (-?[0-9.eE+-]+|\+Inf|NaN))re"
    );
    std::istringstream lines(answer.body);
    int samples = 0;
    for (std::string line; std::getline(lines, line); ++samples)
        EXPECT_TRUE(std::regex_match(line, line.starts_with('#') ? comment : sample)) << line;
    EXPECT_GT(samples, 20);
    EXPECT_TRUE(answer.body.ends_with('\n'));
}

TEST_F(OperationsWatch, MetricsCountRequestsByRouteAndStatus)
{
    auto requests = [](const std::string& text, std::string_view labels) {
        return metric(text, "rediserve_http_request_duration_seconds_count", labels);
    };
    auto before = metrics();
    for (int number = 0; number < 7; ++number)
        get("/keys/a-secret-key");
    put("/keys/a-secret-key", "v");
    auto after = metrics();
    EXPECT_EQ(requests(after, "route=\"key\"") - requests(before, "route=\"key\""), 8);
    EXPECT_EQ(requests(after, "status=\"4xx\"") - requests(before, "status=\"4xx\""), 7);
    EXPECT_GT(metric(after, "rediserve_redis_command_duration_seconds_count"), 0);
    EXPECT_THAT(after, Not(HasSubstr("a-secret-key")));
}

TEST_F(OperationsWatch, MetricsCountConnectionsAndRefusals)
{
    auto before = metrics();
    {
        auto connection = rest().connect();
        connection.send("nonsense\r\n\r\n");
        connection.read_to_end();
    }
    auto after = metrics();
    EXPECT_GT(
        metric(after, "rediserve_http_connections_accepted_total"),
        metric(before, "rediserve_http_connections_accepted_total")
    );
    EXPECT_GT(metric(after, "rediserve_http_rejected_total"), metric(before, "rediserve_http_rejected_total"));
    EXPECT_GE(metric(after, "rediserve_http_connections_open"), 1);
}

// A gateway that logs every request.
class OperationsLog : public testing::Test
{
protected:
    static constexpr auto token = "token-word";

    http_response ask(
        std::string_view method, std::string_view target, std::string_view body = {}, header_list headers = {}
    )
    {
        headers.emplace_back("Authorization", std::string("Bearer ") + token);
        return rest_.request(method, target, body, headers);
    }

    // The lines of the log as JSON, once the line of request `id` is among them.
    std::vector<nlohmann::json> lines_with(const std::string& id)
    {
        EXPECT_TRUE(await([&] { return rest_.process().output().find(id) != std::string::npos; }));
        std::vector<nlohmann::json> result;
        std::istringstream lines(rest_.process().output());
        for (std::string line; std::getline(lines, line) && !lines.eof();) {
            result.push_back(nlohmann::json::parse(line, nullptr, false));
            EXPECT_TRUE(result.back().is_object()) << line;
        }
        return result;
    }

    redis_server redis_;
    configuration file_{R"({"log":{"requests":true,"format":"json"},"http":{"server_timing":true}})"};
    gateway rest_{{"--config", file_.path(), "--redis", redis_.url(), "--token", token}};
};

TEST_F(OperationsLog, WritesALineARequest)
{
    ask("PUT", "/keys/k", "v", {{"X-Request-Id", "request-one"}});
    for (const auto& line : lines_with("request-one")) {
        if (line.dump().find("request-one") == std::string::npos)
            continue;
        EXPECT_EQ(line["method"], "PUT");
        EXPECT_EQ(line["status"], 201);
        EXPECT_EQ(line["route"], "key");
        EXPECT_EQ(line["bytes_in"], 1);
        return;
    }
    FAIL() << "no line of the request";
}

TEST_F(OperationsLog, HoldsNoKeysValuesOrSecrets)
{
    ask("PUT", "/keys/key-word?ttl=100", "value-word");
    ask("GET", "/keys/key-word");
    ask("GET", "/keys?key=key-word");
    rest_.request("GET", "/keys/key-word", {}, {{"Authorization", "Bearer wrong-word"}});
    ask("GET", "/keys/key-word", {}, {{"X-Request-Id", "the-last-one"}});
    lines_with("the-last-one");
    for (const auto* word : {"key-word", "value-word", token, "wrong-word"})
        EXPECT_THAT(rest_.process().output(), Not(HasSubstr(word)));
}

TEST_F(OperationsLog, TakesOverTheTraceOfTheCaller)
{
    const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    ask("GET", "/keys/k", {}, {{"traceparent", trace}, {"X-Request-Id", "traced-one"}});
    lines_with("traced-one");
    EXPECT_THAT(rest_.process().output(), HasSubstr("4bf92f3577b34da6a3ce929d0e0e4736"));
    ask("GET", "/keys/k", {}, {{"traceparent", "nonsense-trace"}, {"X-Request-Id", "untraced-one"}});
    lines_with("untraced-one");
    EXPECT_THAT(rest_.process().output(), Not(HasSubstr("nonsense-trace")));
}

TEST_F(OperationsLog, TimesAreToldWhenConfigured)
{
    ASSERT_TRUE(rest_.await_ready());
    auto timing = ask("GET", "/keys/k").header("server-timing");
    EXPECT_THAT(timing, HasSubstr("redis;dur="));
    gateway untold({"--redis", redis_.url()});
    EXPECT_EQ(untold.request("GET", "/keys/k").header("server-timing"), "");
}

}   // namespace
}   // namespace rediserve::test
