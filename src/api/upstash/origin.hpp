// Pages of other sites (Fetch standard, "CORS protocol"): which may read answers, and which may ask at all.
#pragma once

#include "rediserve/http/handler.hpp"

#include <string_view>

namespace rediserve::api::upstash {

// The Origin of `request` if `allowed` has it: "any", "off", or origins separated by commas. Empty otherwise.
std::string_view readable_from(const http::request& request, std::string_view allowed) noexcept;

// Whether a browser sends `request` for a page of another site that is not listed by name in `allowed`. Without a token
// such a page could do everything here that its visitor could: "any" does not let it.
bool is_foreign(const http::request& request, std::string_view allowed) noexcept;

// Lets the page at `origin` read the answer.
void add_origin_fields(http::response& answer, std::string_view origin);

// Answers the preflight of a page.
void render_preflight(http::exchange& of, std::string_view allowed);

}   // namespace rediserve::api::upstash
