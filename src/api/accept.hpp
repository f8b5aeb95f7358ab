// Content negotiation (RFC 9110, 12.5.1).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace rediserve::api {

// The index of the type in `offered` that `accept` likes best; of equals the first one. An offer's quality is that of the
// most specific range that covers it. 0 when nothing is acceptable or `accept` is empty: an answer in the usual form
// is of more use than none.
std::size_t negotiate(std::string_view accept, std::span<const std::string_view> offered) noexcept;

// The type and subtype of a Content-Type, without parameters: "text/plain" of "text/plain; charset=utf-8".
std::string_view media_type(std::string_view content_type) noexcept;

}   // namespace rediserve::api
