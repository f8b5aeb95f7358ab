// The error catalogue: every failure the gateway itself can report, numbered by the stage that reports it.
// An `-ERR` of Redis is a reply, not one of these. docs/errors.md has a row for each; a test compares the two.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace rediserve {

// Numbers are never reused.
enum class errc : int {
    // 1xx: the request
    bad_request = 100,
    uri_too_long = 101,
    header_too_large = 102,
    body_too_large = 103,
    request_timeout = 104,
    unknown_resource = 105,
    method_not_allowed = 106,
    expectation_failed = 107,
    version_not_supported = 108,
    coding_not_supported = 109,
    // 2xx: access
    unauthorized = 200,
    forbidden = 201,
    rate_limited = 202,
    // 3xx: the command's outcome
    not_found = 300,
    wrong_type = 301,
    not_a_number = 302,
    precondition_failed = 303,
    collection_too_large = 304,
    range_not_satisfiable = 305,
    redis_error = 306,
    redis_not_writable = 307,
    reply_too_large = 308,
    redis_not_permitted = 309,
    cross_slot = 310,
    idempotency_key_busy = 311,
    idempotency_key_reused = 312,
    not_atomic = 313,
    // 4xx: the backend
    backend_unavailable = 400,
    backend_lost = 401,
    backend_timeout = 402,
    backend_protocol = 403,
    backend_queue_full = 404,
    backend_refused = 405,
    lease_timeout = 406,
    // 5xx: the gateway
    draining = 500,
    too_many_connections = 501,
    internal = 502,
    bad_configuration = 503,
};

const boost::system::error_category& category() noexcept;

inline boost::system::error_code make_error_code(errc code) noexcept
{
    return {static_cast<int>(code), category()};
}

// Whether the command of a failed request has run in Redis.
enum class executed : std::uint8_t { unsaid, no, maybe, yes };

// A failure on its way to whoever asked. `detail` is for people and logs and never holds a value or a secret.
struct error
{
    boost::system::error_code code;
    std::string detail;
    rediserve::executed executed = executed::unsaid;
    std::chrono::seconds retry_after{0};   // when to try again, where that is known better than by error_row

    error() = default;
    error(errc code, std::string detail, rediserve::executed executed = executed::unsaid);
};

template <class T>
using result = boost::system::result<T, error>;

// boost::system::result throws through this when value() is called on a failure: a mistake in our code.
[[noreturn]] void throw_exception_from_error(const error& why, const boost::source_location& where);

// One row of the catalogue.
struct error_row
{
    errc code;
    int status;              // HTTP status in the keys and admin dialects
    std::string_view word;   // the machine word of the JSON body's "code"
    bool retry_after;        // whether the answer carries Retry-After
};

// The whole catalogue, ordered by number.
std::span<const error_row> error_catalogue() noexcept;

// The row of `code`; codes of other categories give the row of errc::internal.
const error_row& row_of(const boost::system::error_code& code) noexcept;

}   // namespace rediserve

template <>
struct boost::system::is_error_code_enum<rediserve::errc> : std::true_type
{};
