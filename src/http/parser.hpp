// The request parser: Boost.Beast's basic_parser without Beast's containers. Beast itself stays in parser.cpp.
#pragma once

#include "rediserve/base/buffer.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace rediserve::http {

// What the head says about the message around it.
struct framing
{
    std::uint64_t content_length = 0;
    bool chunked = false;
    bool keep_alive = true;
    bool expect_continue = false;

    bool has_body() const noexcept { return chunked || content_length > 0; }
};

// Parses a whole head, as head_scan delimits it, into `into`, whose views then point into `head`.
// errc::bad_request, expectation_failed, version_not_supported, coding_not_supported.
result<framing> parse_head(std::string_view head, request& into);

// Decodes a chunked body (RFC 9112, 7.1) as it arrives. Extensions and trailers are read and ignored.
class chunked_body
{
public:
    // `head` must be one that parse_head accepted.
    chunked_body(std::string_view head, std::size_t limit);
    ~chunked_body();

    // Appends what `input` holds of the body to `to`; yields how much of `input` was used up.
    // errc::bad_request, body_too_large.
    result<std::size_t> decode(std::string_view input, buffer& to);
    bool done() const noexcept;

private:
    class parser;
    std::unique_ptr<parser> parser_;
};

}   // namespace rediserve::http
