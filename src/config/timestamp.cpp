#include "config/timestamp.hpp"

#include <string>

namespace rediserve::config {

namespace {

using namespace std::chrono;

// Whether `text` has the form of `shape`, in which 0 stands for any digit.
bool has_shape(std::string_view text, std::string_view shape) noexcept
{
    if (text.size() != shape.size())
        return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    return true;
}

int number(std::string_view digits) noexcept
{
    int value = 0;
    for (const char c : digits)
        value = 10 * value + (c - '0');
    return value;
}

std::optional<minutes> parse_zone(std::string_view text) noexcept
{
    if (text == "Z" || text == "z")
        return minutes(0);
    if (!has_shape(text, "+00:00") && !has_shape(text, "-00:00"))
        return std::nullopt;
    const int hour = number(text.substr(1, 2));
    const int minute = number(text.substr(4, 2));
    if (hour > 23 || minute > 59)
        return std::nullopt;
    const minutes ahead = hours(hour) + minutes(minute);
    return text.front() == '-' ? -ahead : ahead;
}

}   // namespace

std::optional<system_clock::time_point> parse_timestamp(std::string_view text) noexcept
{
    constexpr std::string_view shape = "0000-00-00T00:00:00";
    if (!has_shape(text.substr(0, shape.size()), shape))
        return std::nullopt;
    const auto zone = parse_zone(text.substr(shape.size()));
    const auto month_of = static_cast<unsigned>(number(text.substr(5, 2)));
    const auto day_of = static_cast<unsigned>(number(text.substr(8, 2)));
    const year_month_day date(year(number(text.substr(0, 4))), month(month_of), day(day_of));
    const int hour = number(text.substr(11, 2));
    const int minute = number(text.substr(14, 2));
    const int second = number(text.substr(17, 2));
    // What the clock can hold ends in 2262.
    if (!zone || !date.ok() || date.year() < year(1970) || date.year() > year(2200) || hour > 23 || minute > 59
        || second > 59)
        return std::nullopt;
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) - *zone;
}

}   // namespace rediserve::config
