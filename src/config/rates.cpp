#include "config/rates.hpp"

#include "config/units.hpp"
#include "rediserve/base/bytes.hpp"

#include <limits>
#include <optional>

namespace rediserve::config {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds longest_period = 24h;
constexpr std::uint64_t most_a_second = 1'000'000'000;   // buckets count in nanoseconds
constexpr std::uint64_t largest = std::uint64_t{1} << 40;

std::optional<std::uint64_t> parse_amount(std::string_view text, amounts of)
{
    if (of == amounts::bytes)
        return parse_size(text);
    const auto number = parse_integer(text);
    if (!number || *number < 0)
        return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

// "s" is "1s".
std::optional<milliseconds> parse_period(std::string_view text)
{
    const bool bare = text.empty() || text.front() < '0' || text.front() > '9';
    return parse_duration((bare ? "1" : "") + std::string(text));
}

access::rate read_parts(members from, amounts of)
{
    const auto read = [&](std::string_view name) {
        return (of == amounts::bytes ? from.size(name) : from.count(name, 1, largest)).value_or(0);
    };
    access::rate made;
    made.amount = read("amount");
    made.period = from.duration("per", longest_period).value_or(1s);
    made.burst = read("burst");
    made.global = from.flag("global");
    if (made.amount == 0 && !from.find("amount"))
        from.complain("amount", "is missing");
    from.refuse_unknown();
    return made;
}

// Buckets count in nanoseconds, and a full one must be a time that one can wait for.
bool can_be_kept(const access::rate& one)
{
    const auto per_second = static_cast<double>(one.amount) * 1000 / static_cast<double>(one.period.count());
    const auto to_fill = static_cast<double>(one.burst) / per_second;
    return one.period > 0ms && one.period <= longest_period && one.amount > 0 && one.amount <= largest
        && per_second <= static_cast<double>(most_a_second) && to_fill <= 365.0 * 86'400;
}

}   // namespace

std::optional<access::rate> parse_rate(std::string_view text, amounts of)
{
    const auto slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const auto amount = parse_amount(text.substr(0, slash), of);
    const auto period = parse_period(text.substr(slash + 1));
    if (!amount || !period)
        return std::nullopt;
    const access::rate made{.amount = *amount, .period = *period};
    return can_be_kept(made) ? std::optional(made) : std::nullopt;
}

access::rate read_rate(members& from, std::string_view name, amounts of)
{
    const auto* const at = from.find(name);
    if (!at)
        return {};
    const auto before = from.to().found.size();
    std::optional<access::rate> read;
    if (at->is_object())
        read = read_parts(members(*at, from.path_of(name), from.to()), of);
    else if (at->is_string())
        read = parse_rate(at->get_ref<const std::string&>(), of);
    if (read && can_be_kept(*read))
        return *read;
    if (from.to().found.size() == before)
        from.complain(
            name,
            of == amounts::bytes
                ? "must be a rate such as 10m/s or {\"amount\": \"10m\", \"per\": \"1s\", \"burst\": \"50m\"}"
                : "must be a rate such as 100/s, 6000/m or {\"amount\": 100, \"per\": \"1s\", \"burst\": 200}"
        );
    return {};
}

}   // namespace rediserve::config
