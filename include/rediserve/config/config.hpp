// The whole configuration: one struct of every room's params.
#pragma once

#include "rediserve/access/params.hpp"
#include "rediserve/api/params.hpp"
#include "rediserve/http/params.hpp"
#include "rediserve/redis/params.hpp"
#include "rediserve/telemetry/params.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace rediserve::config {

struct embedded_params
{
    bool enabled = false;
    std::string data;     // folder to keep the data in; empty: nothing is kept
    std::string server;   // program to start; empty: redis-server or valkey-server of PATH
};

struct settings
{
    http::params http;
    redis::params redis;
    std::vector<redis::params> more_redis;   // of access.file and access.srh_token_file: backends 1, 2 …
    bool redis_of_token_file = false;        // the first server of one of these stands in `redis`
    access::params access;
    api::params api;
    telemetry::params log;
    telemetry::audit_params audit;
    embedded_params embedded;
    unsigned threads = 0;                       // shards; 0: one per processor this process may use, at most 8
    std::chrono::milliseconds drain_grace{0};   // between /readyz failing and closing the listeners
    std::chrono::milliseconds drain_timeout{10'000};
};

}   // namespace rediserve::config
