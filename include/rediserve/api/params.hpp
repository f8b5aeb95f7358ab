// Settings of the dialects.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace rediserve::api {

struct upstash_params
{
    bool enabled = true;                                 // whether the dialect is there at all
    bool query_token = true;                             // whether ?_token= is taken for credentials
    bool translate = true;                               // what Upstash's clients say and Redis does not know
    bool exact_trim = false;                             // MAXLEN ~ of streams means =, as with Upstash
    std::size_t pipeline_commands = 10'000;              // of one pipeline or transaction
    std::size_t request_bytes = std::size_t{64} << 20;   // of a body
    std::chrono::milliseconds block_wait{30'000};        // longest wait of a blocking command
    std::size_t stream_buffer = std::size_t{1} << 20;    // bytes a listener may be behind
    std::string cors = "any";                            // pages that may ask: "any", "off", or origins, by commas
};

// What browsers let scripts of other origins do (Fetch standard, "CORS protocol").
struct cors_params
{
    std::string origins = "off";   // whose pages may read answers: "any", "off", or origins, by commas
    std::string methods = "GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS";
    std::string headers;                             // that they may send; empty: whatever they ask for
    std::chrono::milliseconds max_age{86'400'000};   // for which browsers may remember this; in whole seconds
    bool credentials = false;                        // that browsers add by themselves; never where any origin may ask
};

// What the dialects must know of an endpoint.
struct listener_params
{
    std::string cors;        // in the place of cors.origins; empty: as that says
    bool loopback = false;   // only programs on this machine can reach it
};

struct params
{
    std::size_t collection_items = 10'000;                   // of a collection that is answered whole
    std::size_t scan_count = 100;                            // default page of GET /keys
    std::size_t key_bytes = std::size_t{512} << 10;          // of a key
    std::size_t watch_keys = 10'000;                         // changed keys that a stream of changes may be behind
    std::chrono::milliseconds watch_wait{60'000};            // of GET with ?wait=
    std::chrono::milliseconds idempotency_window{600'000};   // for which an answer is kept, to be given again
    upstash_params upstash;
    cors_params cors;                         // of all dialects that have no word of their own
    std::vector<listener_params> listeners;   // by peer::listener
};

}   // namespace rediserve::api
