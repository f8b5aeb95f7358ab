#include "api/patience.hpp"

#include "api/text.hpp"
#include "rediserve/base/bytes.hpp"

#include <charconv>
#include <system_error>

namespace rediserve::api {

namespace {

constexpr double longest = 1e6;   // seconds; nobody waits for as long

std::string_view unquoted(std::string_view text) noexcept
{
    const bool quoted = text.size() > 1 && text.starts_with('"') && text.ends_with('"');
    return quoted ? text.substr(1, text.size() - 2) : text;
}

std::optional<std::chrono::milliseconds> seconds_in(std::string_view text)
{
    double seconds = 0;
    const auto [end, failure] =
        std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
    const bool whole = failure == std::errc() && end == text.data() + text.size();
    if (!whole || !(seconds >= 0 && seconds <= longest))
        return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

}   // namespace

std::optional<std::chrono::milliseconds> patience_of(std::string_view prefer)
{
    while (!prefer.empty()) {
        std::string_view preference = take_part(prefer, ',');
        std::string_view value = take_part(preference, ';');   // what follows is a parameter
        const std::string_view name = trimmed(take_part(value, '='));
        if (iequals(name, "wait"))
            return seconds_in(unquoted(trimmed(value)));   // of several, the first one counts
    }
    return std::nullopt;
}

}   // namespace rediserve::api
