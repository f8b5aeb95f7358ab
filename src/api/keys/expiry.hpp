// When a key is to expire.
#pragma once

#include "api/json_reader.hpp"
#include "api/keys/query.hpp"
#include "rediserve/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::keys {

struct expiry
{
    enum class kind : std::uint8_t {
        unsaid,
        never,
        keep,    // as it is
        after,   // milliseconds from now
        at,      // milliseconds since 1970
    };

    expiry::kind kind = kind::unsaid;
    std::int64_t milliseconds = 0;

    bool operator==(const expiry&) const = default;

    // Of at most one of the options `ttl`, `ttl_ms`, `expire_at`, `expire_at_ms` and `keepttl`. errc::bad_request.
    static result<expiry> read(const query& options);
    // Of a document's member that has one of the first four names: a number, or null for `ttl`. errc::bad_request.
    static result<expiry> read(std::string_view name, const json_value& value);
    // Whether `name` is one of the four.
    static bool is_name(std::string_view name) noexcept;

    bool timed() const noexcept { return kind == kind::after || kind == kind::at; }

    // As SET takes it: {"PX", "60000"}.
    std::vector<std::string> set_options() const;
    // The command that gives an existing key this expiry, without the key: {"PEXPIRE", "60000"}. Empty where there is
    // nothing to do.
    std::vector<std::string> command() const;
};

}   // namespace rediserve::api::keys
