// Text forms of times, sizes and endpoints: the same in flags, environment and file.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/http/params.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::config {

// "500ms", "10s", "2m", "1h"; nullopt when it is not one or too long for the type.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

// The shortest text that parse_duration reads back.
std::string duration_text(std::chrono::milliseconds of);

// The shortest text that parse_size reads back: "64k", "1000".
std::string size_text(std::uint64_t bytes);

// "127.0.0.1:3000", "[::1]:3000", "localhost:3000", ":3000" and "*:3000" (every address), "3000" (127.0.0.1),
// "unix:/path". Other names are refused: what they mean can change under a running server. "https://" before an address
// makes it one with TLS, "http://" says nothing new; behind a question mark stand options, separated by "&":
// "proxy_protocol=on", and "cors=" with any, off, or an origin, which may be there several times.
// errc::bad_configuration with what it must be.
result<http::endpoint> parse_endpoint(std::string_view text);

// What parse_endpoint reads back.
std::string endpoint_text(const http::endpoint& of);

// Whether nothing but this machine can reach it. A unix socket is guarded by its mode.
bool is_local(const http::endpoint& at);

}   // namespace rediserve::config
