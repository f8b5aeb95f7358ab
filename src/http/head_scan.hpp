// Finds the end of a request's head before anything parses it, so that limits hold whatever the bytes are.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/http/params.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace rediserve::http {

// Remembers how far it looked, so that a head that arrives byte by byte is scanned once.
//
// Refuses what parsers of this world read differently, and request smuggling is made of: a line that ends with LF
// alone, and a line that continues the one before it (obs-fold, RFC 9112, 5.2).
class head_scan
{
public:
    // Looks at `input`, which begins with the head and has grown since the last call. Yields the head's length, empty
    // line included; nullopt when it is not complete. errc::bad_request, uri_too_long, header_too_large.
    result<std::optional<std::size_t>> operator()(std::string_view input, const limits& within);

    void reset() noexcept { *this = head_scan(); }
    // Nothing of a head was seen yet.
    bool fresh() const noexcept { return scanned_ == 0; }

private:
    std::size_t line_ = 0;      // where the current line begins
    std::size_t scanned_ = 0;   // no LF before this
};

}   // namespace rediserve::http
