// How long a client is willing to wait.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace rediserve::api {

// `wait` of its Prefer header, in seconds, of which there may be parts: "wait=2", "wait=0.25" (RFC 7240, 4.3). nullopt: it
// says nothing of it, or nothing that can be understood, which is to be passed over (RFC 7240, 2).
std::optional<std::chrono::milliseconds> patience_of(std::string_view prefer);

}   // namespace rediserve::api
