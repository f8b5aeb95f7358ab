// A transaction under conditions: {"if":[{"key":"k","etag":"…"}, …],"commands":[["SET","k","v"], …]}.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/commands/enclosed.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace rediserve::api::upstash {

struct conditional
{
    std::vector<commands::condition> only_if;
    std::string_view commands;   // the array, as it stands in the body
};

// Whether `body` begins like one, and not like the array of a bare transaction.
bool is_conditional(std::string_view body) noexcept;

// errc::bad_request, naming what is wrong. Views the body.
result<conditional> read_conditional(std::string_view body, std::size_t most_conditions);

}   // namespace rediserve::api::upstash
