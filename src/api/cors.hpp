// Browsers: which pages of other sites may read answers (Fetch standard, "CORS protocol"), which may ask at all, and what
// answers say so that a browser makes no more of them than they are.
#pragma once

#include "rediserve/api/dialect.hpp"

#include <string>
#include <string_view>

namespace rediserve::api {

cors_policy policy_of(const cors_params& settings) noexcept;

// The Origin of `request` if `allowed` has it: "any", "off", or origins separated by commas. Empty otherwise.
std::string_view readable_from(const http::request& request, std::string_view allowed) noexcept;

// Whether a browser sends `request` for a page of another site that is not listed by name in `allowed`. "any" does not
// list it.
bool is_foreign(const http::request& request, std::string_view allowed) noexcept;

// Whether `host` is a name that anybody could let point to this machine (DNS rebinding): one with dots that is no
// address. Names without them, and those under "localhost", are not given to anybody.
bool is_anybodys_name(std::string_view host) noexcept;

// Whether the credentials of an Authorization header may have been added by a browser, without the page knowing them.
bool adds_by_itself(std::string_view authorization) noexcept;

// Whether answers to `request` need browser_fields(): a browser asks, as far as that can be told, or the token stood in
// the URL, by which caches would find the answer.
bool is_for_browsers(const http::request& request) noexcept;

// Header lines of every answer to `request`; of OPTIONS, those of a preflight.
std::string browser_fields(const http::request& request, const cors_policy& policy, std::string_view caching);

}   // namespace rediserve::api
