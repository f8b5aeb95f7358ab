#include "rediserve/base/error.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace rediserve {

namespace {

constexpr std::array catalogue = {
    error_row{errc::bad_request, 400, "bad_request", false},
    error_row{errc::uri_too_long, 414, "too_large", false},
    error_row{errc::header_too_large, 431, "too_large", false},
    error_row{errc::body_too_large, 413, "too_large", false},
    error_row{errc::request_timeout, 408, "request_timeout", false},
    error_row{errc::unknown_resource, 404, "unknown_resource", false},
    error_row{errc::method_not_allowed, 405, "method_not_allowed", false},
    error_row{errc::expectation_failed, 417, "bad_request", false},
    error_row{errc::version_not_supported, 505, "bad_request", false},
    error_row{errc::coding_not_supported, 501, "bad_request", false},
    error_row{errc::unauthorized, 401, "unauthorized", false},
    error_row{errc::forbidden, 403, "forbidden", false},
    error_row{errc::rate_limited, 429, "rate_limited", true},
    error_row{errc::not_found, 404, "not_found", false},
    error_row{errc::wrong_type, 409, "wrong_type", false},
    error_row{errc::not_a_number, 409, "not_a_number", false},
    error_row{errc::precondition_failed, 412, "precondition_failed", false},
    error_row{errc::collection_too_large, 413, "too_large", false},
    error_row{errc::range_not_satisfiable, 416, "bad_request", false},
    error_row{errc::redis_error, 500, "redis_error", false},
    error_row{errc::redis_not_writable, 503, "redis_unavailable", true},
    error_row{errc::reply_too_large, 413, "reply_too_large", false},
    error_row{errc::redis_not_permitted, 403, "forbidden", false},
    error_row{errc::cross_slot, 400, "cross_slot", false},
    error_row{errc::idempotency_key_busy, 409, "idempotency_key_busy", true},
    error_row{errc::idempotency_key_reused, 422, "idempotency_key_reused", false},
    error_row{errc::not_atomic, 400, "not_atomic", false},
    error_row{errc::backend_unavailable, 503, "redis_unavailable", true},
    error_row{errc::backend_lost, 503, "redis_unavailable", true},
    error_row{errc::backend_timeout, 504, "redis_timeout", false},
    error_row{errc::backend_protocol, 502, "bad_gateway", false},
    error_row{errc::backend_queue_full, 503, "overloaded", true},
    error_row{errc::backend_refused, 503, "redis_unavailable", true},
    error_row{errc::lease_timeout, 503, "overloaded", true},
    error_row{errc::draining, 503, "draining", true},
    error_row{errc::too_many_connections, 503, "overloaded", true},
    error_row{errc::internal, 500, "internal", false},
    error_row{errc::bad_configuration, 500, "internal", false},
};

static_assert(std::ranges::is_sorted(catalogue, {}, &error_row::code));

class catalogue_category final : public boost::system::error_category
{
public:
    const char* name() const noexcept override { return "rediserve"; }
    std::string message(int code) const override
    {
        return std::string(row_of({code, category()}).word) + " (" + std::to_string(code) + ")";
    }
};

}   // namespace

const boost::system::error_category& category() noexcept
{
    static const catalogue_category the_one;
    return the_one;
}

error::error(errc what, std::string text, rediserve::executed ran)
    : code(make_error_code(what)), detail(std::move(text)), executed(ran)
{}

void throw_exception_from_error(const error& why, const boost::source_location&)
{
    throw std::runtime_error(why.code.message() + ": " + why.detail);
}

std::span<const error_row> error_catalogue() noexcept
{
    return catalogue;
}

const error_row& row_of(const boost::system::error_code& code) noexcept
{
    const auto wanted = code.category() == category() ? static_cast<errc>(code.value()) : errc::internal;
    const auto row = std::ranges::lower_bound(catalogue, wanted, {}, &error_row::code);
    if (row != catalogue.end() && row->code == wanted)
        return *row;
    return *std::ranges::find(catalogue, errc::internal, &error_row::code);
}

}   // namespace rediserve
