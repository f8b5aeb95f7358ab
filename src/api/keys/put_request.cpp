#include "api/keys/put_request.hpp"

#include "api/accept.hpp"
#include "api/keys/envelope.hpp"
#include "rediserve/base/bytes.hpp"

#include <array>

namespace rediserve::api::keys {

namespace {

constexpr std::array<known_option, 7> known = {{
    {"ttl", option_kind::value},
    {"ttl_ms", option_kind::value},
    {"expire_at", option_kind::value},
    {"expire_at_ms", option_kind::value},
    {"keepttl", option_kind::flag},
    {"nx", option_kind::flag},
    {"xx", option_kind::flag},
}};

}   // namespace

result<put_request> put_request::read(const http::request& from)
{
    put_request wish;
    const auto options = query::read(from.query, known);
    if (!options)
        return options.error();
    const auto expiry = expiry::read(*options);
    if (!expiry)
        return expiry.error();
    wish.expiry = *expiry;
    if (options->has("nx") && options->has("xx"))
        return error(errc::bad_request, "nx and xx exclude each other");
    const auto conditions = api::conditions::of(from);
    if (!conditions)
        return conditions.error();
    wish.guard = guard::of(*conditions, options->has("nx"), options->has("xx"));
    wish.has_envelope = iequals(media_type(from[http::header::content_type]), envelope_type);
    return wish;
}

}   // namespace rediserve::api::keys
