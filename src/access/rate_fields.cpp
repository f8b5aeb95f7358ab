#include "rediserve/access/rate_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>

namespace rediserve::access {

namespace {

using std::chrono::seconds;

std::uint64_t in_seconds(std::chrono::nanoseconds time) noexcept
{
    return static_cast<std::uint64_t>(std::chrono::ceil<seconds>(time).count());
}

}   // namespace

std::string begin_rate_fields(std::string_view name, const rate& within)
{
    std::string lines = "RateLimit-Policy: \"";
    lines.append(name).append("\";q=").append(std::to_string(within.amount));
    lines.append(";w=").append(std::to_string(in_seconds(within.period)));
    return lines.append("\r\nRateLimit: \"").append(name).append("\";r=");
}

std::string end_rate_fields(const taken& how)
{
    constexpr std::string_view between = ";t=";
    std::array<char, 2 * (std::numeric_limits<std::uint64_t>::digits10 + 1) + between.size() + 2> room;
    char* const end = room.data() + room.size();
    char* at = std::to_chars(room.data(), end, how.remaining).ptr;
    at = std::ranges::copy(between, at).out;
    at = std::to_chars(at, end, in_seconds(how.reset)).ptr;
    *at++ = '\r';
    *at++ = '\n';
    return {room.data(), at};
}

error too_fast(const taken& how, std::string_view what)
{
    const seconds wait = std::max(std::chrono::ceil<seconds>(how.retry_after), seconds(1));
    error made(errc::rate_limited, "too many ", executed::no);
    made.detail.append(what).append("; try again in ").append(std::to_string(wait.count())).append(" s");
    made.retry_after = wait;
    return made;
}

}   // namespace rediserve::access
