#include "api/upstash/blocking.hpp"

#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>

namespace rediserve::api::upstash {

namespace {

using std::chrono::milliseconds;
using words_view = std::span<const std::string_view>;

enum class place_of_timeout : std::uint8_t { first, last, after_block };
enum class unit : std::uint8_t { s, ms };

struct blocking_command
{
    std::string_view name;
    place_of_timeout at;
    unit in;
};

// Of the documentation of each.
constexpr std::array<blocking_command, 12> commands_that_block = {{
    {"BLMOVE", place_of_timeout::last, unit::s},
    {"BLMPOP", place_of_timeout::first, unit::s},
    {"BLPOP", place_of_timeout::last, unit::s},
    {"BRPOP", place_of_timeout::last, unit::s},
    {"BRPOPLPUSH", place_of_timeout::last, unit::s},
    {"BZMPOP", place_of_timeout::first, unit::s},
    {"BZPOPMAX", place_of_timeout::last, unit::s},
    {"BZPOPMIN", place_of_timeout::last, unit::s},
    {"WAIT", place_of_timeout::last, unit::ms},
    {"WAITAOF", place_of_timeout::last, unit::ms},
    {"XREAD", place_of_timeout::after_block, unit::ms},
    {"XREADGROUP", place_of_timeout::after_block, unit::ms},
}};

const blocking_command* find(std::string_view name) noexcept
{
    const auto found =
        std::ranges::find_if(commands_that_block, [&](const auto& one) { return iequals(one.name, name); });
    return found == commands_that_block.end() ? nullptr : &*found;
}

// How many words an option of XREAD and XREADGROUP takes.
std::size_t length_of_option(std::string_view name) noexcept
{
    if (iequals(name, "GROUP"))
        return 3;
    return iequals(name, "BLOCK") || iequals(name, "COUNT") ? 2 : 1;
}

// Where the number behind BLOCK stands; of several the last one counts. Only options are looked at: a group, a consumer
// or a stream may be called BLOCK.
std::optional<std::size_t> find_block(words_view words) noexcept
{
    std::optional<std::size_t> found;
    for (std::size_t at = 1; at < words.size() && !iequals(words[at], "STREAMS"); at += length_of_option(words[at]))
        if (iequals(words[at], "BLOCK") && at + 1 < words.size())
            found = at + 1;
    return found;
}

std::optional<std::size_t> find_timeout(words_view words, place_of_timeout at) noexcept
{
    if (at == place_of_timeout::after_block)
        return find_block(words);
    if (words.size() < 2)
        return {};
    return at == place_of_timeout::first ? 1 : words.size() - 1;
}

// As Redis reads it: all that strtold() takes, but for leading blanks.
std::optional<double> read_seconds(std::string_view text)
{
    const std::string whole(text);
    char* end = nullptr;
    const double value = std::strtod(whole.c_str(), &end);
    const bool blank = text.empty() || std::isspace(static_cast<unsigned char>(text.front())) != 0;
    if (blank || end != whole.c_str() + whole.size() || !std::isfinite(value) || value < 0)
        return {};
    return value;
}

// Of a timeout in seconds, which may have a fraction, or in whole milliseconds. nullopt: Redis will refuse it.
std::optional<double> read_milliseconds(std::string_view text, unit in)
{
    if (in == unit::s) {
        const auto seconds = read_seconds(text);
        return seconds ? std::optional(*seconds * 1000) : std::nullopt;
    }
    const auto value = parse_integer(text);
    return value && *value >= 0 ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

std::string write_milliseconds(milliseconds value, unit in)
{
    if (in == unit::ms)
        return std::to_string(value.count());
    std::string fraction = std::to_string(value.count() % 1000);
    fraction.insert(0, 3 - fraction.size(), '0');
    return std::to_string(value.count() / 1000) + "." + fraction;
}

}   // namespace

bool may_block(words_view words, const commands::command_info* known) noexcept
{
    if (!known || !known->blocks)
        return false;
    const blocking_command* const of = find(words.front());
    return !of || of->at != place_of_timeout::after_block || find_block(words);
}

milliseconds cap_wait(command_list& list, std::size_t index, milliseconds most)
{
    const std::span<std::string_view> words = list.words(index);
    const blocking_command* const of = find(words.front());
    const auto at = of ? find_timeout(words, of->at) : std::nullopt;
    const auto asked = at ? read_milliseconds(words[*at], of->in) : std::nullopt;
    if (!asked)
        return most;
    if (*asked > 0 && *asked <= static_cast<double>(most.count()))
        return milliseconds(static_cast<std::int64_t>(std::ceil(*asked)));
    words[*at] = list.keep(write_milliseconds(most, of->in));
    return most;
}

}   // namespace rediserve::api::upstash
