#include "api/keys/stream_id.hpp"

#include <charconv>

namespace rediserve::api::keys {

namespace {

std::optional<std::uint64_t> read_number(std::string_view digits) noexcept
{
    std::uint64_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, failure] = std::from_chars(digits.data(), end, number);
    if (failure != std::errc() || stop != end)
        return std::nullopt;
    return number;
}

}   // namespace

std::optional<stream_id> stream_id::read(std::string_view text) noexcept
{
    const auto dash = text.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    const auto milliseconds = read_number(text.substr(0, dash));
    const auto sequence = read_number(text.substr(dash + 1));
    if (!milliseconds || !sequence)
        return std::nullopt;
    return stream_id{*milliseconds, *sequence};
}

}   // namespace rediserve::api::keys
