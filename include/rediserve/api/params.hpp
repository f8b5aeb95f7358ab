// Settings of the dialects.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace rediserve::api {

struct upstash_params
{
    bool enabled = true;                                 // whether the dialect is there at all
    bool query_token = true;                             // whether ?_token= is taken for credentials
    bool translate = true;                               // what Upstash's clients say and Redis does not know
    std::size_t pipeline_commands = 10'000;              // of one pipeline or transaction
    std::size_t request_bytes = std::size_t{64} << 20;   // of a body
    std::chrono::milliseconds block_wait{30'000};        // longest wait of a blocking command
    std::size_t stream_buffer = std::size_t{1} << 20;    // bytes a listener may be behind
    std::string cors = "any";                            // pages that may ask: "any", "off", or origins, by commas
};

struct params
{
    std::size_t collection_items = 10'000;            // of a collection that is answered whole
    std::size_t scan_count = 100;                     // default page of GET /keys
    std::size_t key_bytes = std::size_t{512} << 10;   // of a key
    upstash_params upstash;
};

}   // namespace rediserve::api
