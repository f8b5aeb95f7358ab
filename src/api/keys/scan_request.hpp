// What a GET of many keys asks for when it names none.
#pragma once

#include "api/keys/query.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/redis/command.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::api::keys {

// One step of SCAN.
struct scan_request
{
    std::optional<std::string> match;
    std::optional<std::string> type;
    std::optional<std::int64_t> count;
    std::uint64_t cursor = 0;

    // errc::bad_request.
    static result<scan_request> read(const query& from);

    redis::batch command(std::size_t default_count) const;

    // The path and query that ask for the page at `next`: "/keys?match=user%3A*&cursor=s2a".
    std::string target(std::string_view path, std::uint64_t next) const;
};

}   // namespace rediserve::api::keys
