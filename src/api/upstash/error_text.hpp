// The texts of errors, which clients compare.
#pragma once

#include <string_view>

namespace rediserve::api::upstash {

// What Redis says where Valkey says less: clients compare the whole text.
constexpr std::string_view as_redis_says(std::string_view text) noexcept
{
    return text == "NOSCRIPT No matching script." ? "NOSCRIPT No matching script. Please use EVAL." : text;
}

}   // namespace rediserve::api::upstash
