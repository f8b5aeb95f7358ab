#include "api/keys/expiry.hpp"

#include "api/json_writer.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace rediserve::api::keys {

namespace {

constexpr std::int64_t latest =
    1'000'000'000'000'000;   // milliseconds: 31 700 years, and far from any overflow in Redis

enum class unit : std::uint8_t { seconds, milliseconds };

struct form
{
    std::string_view name;
    enum expiry::kind kind;
    keys::unit unit;
};

constexpr std::array<form, 4> forms = {{
    {"ttl", expiry::kind::after, unit::seconds},
    {"ttl_ms", expiry::kind::after, unit::milliseconds},
    {"expire_at", expiry::kind::at, unit::seconds},
    {"expire_at_ms", expiry::kind::at, unit::milliseconds},
}};

error bad_number(const form& of)
{
    const std::string_view what = of.unit == unit::seconds ? "seconds" : "milliseconds";
    return error(
        errc::bad_request, "\"" + std::string(of.name) + "\" takes a number of " + std::string(what) + " above 0"
    );
}

result<expiry> make(const form& as, std::optional<std::int64_t> milliseconds)
{
    if (!milliseconds || *milliseconds < 1 || *milliseconds > latest)
        return bad_number(as);
    return expiry{as.kind, *milliseconds};
}

// The caller checks the result's range; what would not even fit into it is out of range too.
std::optional<std::int64_t> to_milliseconds(double seconds) noexcept
{
    const double milliseconds = std::round(seconds * 1000);
    if (!(std::fabs(milliseconds) <= static_cast<double>(latest)))
        return std::nullopt;
    return static_cast<std::int64_t>(milliseconds);
}

std::optional<std::int64_t> to_milliseconds(std::int64_t number, unit of) noexcept
{
    if (of == unit::milliseconds)
        return number;
    if (number > latest / 1000 || number < 0)
        return std::nullopt;
    return number * 1000;
}

std::optional<std::int64_t> read_text(std::string_view text, unit of) noexcept
{
    if (const auto whole = parse_integer(text))
        return to_milliseconds(*whole, of);
    if (of == unit::milliseconds || !is_json_number(text))
        return std::nullopt;
    double seconds = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failure != std::errc())
        return std::nullopt;
    return to_milliseconds(seconds);
}

std::optional<std::int64_t> read_json(const json_value& value, unit of) noexcept
{
    if (const auto* const whole = value.as<std::int64_t>())
        return to_milliseconds(*whole, of);
    if (const auto* const fraction = value.as<double>(); fraction && of == unit::seconds)
        return to_milliseconds(*fraction);
    return std::nullopt;
}

}   // namespace

result<expiry> expiry::read(const query& options)
{
    expiry found;
    int said = 0;
    if (options.has("keepttl")) {
        found.kind = kind::keep;
        ++said;
    }
    for (const form& one : forms) {
        const auto text = options.find(one.name);
        if (!text)
            continue;
        const auto made = make(one, read_text(*text, one.unit));
        if (!made)
            return made.error();
        found = *made;
        ++said;
    }
    if (said > 1)
        return error(errc::bad_request, "only one of ttl, ttl_ms, expire_at, expire_at_ms and keepttl can be given");
    return found;
}

result<expiry> expiry::read(std::string_view name, const json_value& value)
{
    const auto one = std::ranges::find(forms, name, &form::name);
    if (value.is_null() && name == "ttl")
        return expiry{kind::never, 0};
    return make(*one, read_json(value, one->unit));
}

bool expiry::is_name(std::string_view name) noexcept
{
    return std::ranges::find(forms, name, &form::name) != forms.end();
}

std::vector<std::string> expiry::set_options() const
{
    switch (kind) {
    case kind::keep: return {"KEEPTTL"};
    case kind::after: return {"PX", std::to_string(milliseconds)};
    case kind::at: return {"PXAT", std::to_string(milliseconds)};
    default: return {};
    }
}

std::vector<std::string> expiry::command() const
{
    switch (kind) {
    case kind::never: return {"PERSIST"};
    case kind::after: return {"PEXPIRE", std::to_string(milliseconds)};
    case kind::at: return {"PEXPIREAT", std::to_string(milliseconds)};
    default: return {};
    }
}

}   // namespace rediserve::api::keys
