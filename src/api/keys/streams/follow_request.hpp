// What somebody who follows a stream asks for.
#pragma once

#include "api/keys/streams/history.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/http/message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace rediserve::api::streams {

struct follow_request
{
    position from = position::end();
    std::vector<std::string> fields;   // empty: all
    std::string group;                 // empty: none
    std::string consumer;
    std::size_t count = 0;                                 // of a consumer: entries that are sent at a time
    std::optional<std::chrono::milliseconds> claim = {};   // for which others may keep entries without acknowledging

    // errc::bad_request.
    static result<follow_request> read(const http::request& request);
};

}   // namespace rediserve::api::streams
