// What a GET or HEAD of one key, or of one value inside it, asks for.
#pragma once

#include "api/conditions.hpp"
#include "api/keys/range.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/http/message.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace rediserve::api::keys {

enum class form : std::uint8_t { json, raw };

// What ?include= adds to the answer.
struct inclusion
{
    bool type = false;
    bool ttl = false;
    bool size = false;

    bool any() const noexcept { return type || ttl || size; }
};

struct read_request
{
    keys::form form = form::json;
    inclusion include;
    std::string content_type;          // of the raw bytes; empty: application/octet-stream
    std::optional<byte_range> range;   // only of raw bytes
    std::string if_range;              // RFC 9110, 13.1.5; empty: not sent
    api::conditions conditions;
    std::optional<std::chrono::milliseconds> wait;   // for another state than the client knows

    // errc::bad_request.
    static result<read_request> read(const http::request& from);
    // The same for one value inside a key, of which there is nothing to be included, nor waited for.
    static result<read_request> read_element(const http::request& from);

    // Whether the whole value is needed to know the answer, even if only a part of it is asked for.
    bool depends_on_tag() const noexcept { return !conditions.none() || !if_range.empty(); }
    std::string_view raw_type() const noexcept;
};

}   // namespace rediserve::api::keys
