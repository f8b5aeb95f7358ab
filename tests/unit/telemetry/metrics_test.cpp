#include "rediserve/telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace rediserve::telemetry {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class Metrics : public testing::Test
{
protected:
    std::string text() const
    {
        const std::array all = {&first_, &second_};
        return prometheus_text(all, "1.2.3");
    }

    shard_metrics first_;
    shard_metrics second_;
};

// Names of the families of an exposition, with their types.
std::set<std::string> families_in(const std::string& exposition)
{
    std::set<std::string> found;
    std::istringstream lines(exposition);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("# TYPE "))
            found.insert(line.substr(7));
    return found;
}

// The rows `| rediserve_… | type | …` of the manual's table.
std::set<std::string> families_in_the_manual()
{
    std::set<std::string> found;
    std::ifstream manual(REDISERVE_SOURCE_FOLDER "/docs/operations.md");
    for (std::string line; std::getline(manual, line);) {
        if (!line.starts_with("| `rediserve_"))
            continue;
        std::istringstream row(line.substr(3));
        std::string name;
        std::string bar;
        std::string type;
        row >> name >> bar >> type;
        found.insert(name.substr(0, name.find_first_of("{`")) + " " + type);
    }
    return found;
}

// Names are what dashboards are built on: changing one is a breaking change.
TEST_F(Metrics, HaveTheseNames)
{
    EXPECT_EQ(
        families_in(text()),
        (std::set<std::string>{
            "rediserve_audit_dropped_total counter",
            "rediserve_build_info gauge",
            "rediserve_http_connections_accepted_total counter",
            "rediserve_http_connections_open gauge",
            "rediserve_http_proxy_headers_refused_total counter",
            "rediserve_http_received_bytes_total counter",
            "rediserve_http_rejected_total counter",
            "rediserve_http_request_duration_seconds histogram",
            "rediserve_http_requests_in_flight gauge",
            "rediserve_http_sent_bytes_total counter",
            "rediserve_http_tls_handshakes_total counter",
            "rediserve_watchers gauge",
            "rediserve_log_lines_dropped_total counter",
            "rediserve_process_cpu_seconds_total counter",
            "rediserve_process_open_fds gauge",
            "rediserve_process_resident_memory_bytes gauge",
            "rediserve_process_start_time_seconds gauge",
            "rediserve_rate_reports_total counter",
            "rediserve_redis_command_duration_seconds histogram",
            "rediserve_redis_concurrency_limit gauge",
            "rediserve_redis_dropped_total counter",
            "rediserve_redis_failovers_total counter",
            "rediserve_redis_in_flight gauge",
            "rediserve_redis_late_replies_total counter",
            "rediserve_redis_leases gauge",
            "rediserve_redis_links gauge",
            "rediserve_redis_messages_total counter",
            "rediserve_redis_pending gauge",
            "rediserve_redis_queued gauge",
            "rediserve_redis_reconnects_total counter",
            "rediserve_redis_replica_reads_total counter",
            "rediserve_redis_retries_total counter",
            "rediserve_redis_subscribers gauge",
            "rediserve_redis_subscriptions gauge",
            "rediserve_redis_timeouts_total counter",
            "rediserve_repeats_answered_total counter",
            "rediserve_repeats_refused_total counter",
            "rediserve_stream_listeners gauge",
            "rediserve_stream_reads_total counter",
            "rediserve_stream_resets_total counter",
            "rediserve_streams_cut_total counter",
        })
    );
}

TEST_F(Metrics, AreThoseOfTheManual)
{
    EXPECT_EQ(families_in(text()), families_in_the_manual());
}

TEST_F(Metrics, AddTheShardsUp)
{
    first_.connections_open.set(3);
    second_.connections_open.set(4);
    first_.redis_links_up.set(2);
    second_.reject(rejection::unauthorized);
    EXPECT_THAT(text(), HasSubstr("\nrediserve_http_connections_open 7\n"));
    EXPECT_THAT(text(), HasSubstr("\nrediserve_redis_links{state=\"up\"} 2\n"));
    EXPECT_THAT(text(), HasSubstr("\nrediserve_redis_links{state=\"connecting\"} 0\n"));
    EXPECT_THAT(text(), HasSubstr("\nrediserve_http_rejected_total{reason=\"unauthorized\"} 1\n"));
}

TEST_F(Metrics, CountDurationsInCumulativeBuckets)
{
    auto& key = first_.requests[static_cast<std::size_t>(route::key)][1];
    key.observe(100us);
    key.observe(100us + 1ns);
    key.observe(3s);
    key.observe(60s);
    second_.requests[static_cast<std::size_t>(route::key)][1].observe(99us);
    const std::string series = "rediserve_http_request_duration_seconds_";
    const std::string of = "{route=\"key\",status=\"2xx\"";
    const std::string exposition = text();
    EXPECT_THAT(exposition, HasSubstr(series + "count" + of + "} 5\n"));
    EXPECT_THAT(exposition, HasSubstr(series + "sum" + of + "} 63.000299"));
    EXPECT_THAT(exposition, HasSubstr(series + "bucket" + of + ",le=\"0.0001\"} 2\n"));
    EXPECT_THAT(exposition, HasSubstr(series + "bucket" + of + ",le=\"0.00025"));
    EXPECT_THAT(exposition, HasSubstr(series + "bucket" + of + ",le=\"1\"} 3\n"));
    EXPECT_THAT(exposition, HasSubstr(series + "bucket" + of + ",le=\"10\"} 4\n"));
    EXPECT_THAT(exposition, HasSubstr(series + "bucket" + of + ",le=\"+Inf\"} 5\n"));
}

TEST_F(Metrics, CountWhatNeverReachedRedisAsRejected)
{
    const std::set<errc> answered_like_any_other = {errc::unknown_resource, errc::method_not_allowed};
    for (const error_row& row : error_catalogue()) {
        const bool of_request_or_access = row.code < errc::not_found && !answered_like_any_other.contains(row.code);
        if (of_request_or_access) {
            EXPECT_TRUE(rejection_of(error(row.code, {}))) << row.word;
        }
    }
    EXPECT_EQ(rejection_of(error(errc::lease_timeout, {})), rejection::queue_full);
    EXPECT_EQ(rejection_of(error(errc::backend_lost, {})), std::nullopt);
    EXPECT_EQ(rejection_of(error(errc::not_found, {})), std::nullopt);

    first_.reject(error(errc::request_timeout, "late"));
    first_.reject(error(errc::not_found, "no such key"));
    second_.reject(rejection::timeout);
    EXPECT_THAT(text(), HasSubstr("\nrediserve_http_rejected_total{reason=\"timeout\"} 2\n"));
}

TEST_F(Metrics, LeaveOutRoutesThatWereNeverAsked)
{
    EXPECT_THAT(text(), Not(HasSubstr("route=")));
    first_.requests[static_cast<std::size_t>(route::readyz)][4].observe(1ms);
    EXPECT_THAT(text(), HasSubstr("route=\"readyz\",status=\"5xx\""));
    EXPECT_THAT(text(), Not(HasSubstr("route=\"livez\"")));
}

TEST_F(Metrics, TellVersionAndProcess)
{
    EXPECT_THAT(text(), HasSubstr("\nrediserve_build_info{version=\"1.2.3\"} 1\n"));
    EXPECT_THAT(text(), Not(HasSubstr("\nrediserve_process_resident_memory_bytes 0\n")));
    EXPECT_THAT(text(), Not(HasSubstr("\nrediserve_process_open_fds 0\n")));
}

}   // namespace
}   // namespace rediserve::telemetry
