#include "config/values.hpp"

#include "config/units.hpp"
#include "rediserve/base/bytes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <type_traits>

namespace rediserve::config {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t longest_quote = 60;

template <class... Ts>
struct overloaded : Ts...
{
    using Ts::operator()...;
};
template <class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

template <class T>
const T& read(field<T> at, const settings& from)
{
    return at(const_cast<settings&>(from));   // only read
}

std::uint64_t read(const kind::count& of, const settings& from)
{
    return std::visit([&](auto at) -> std::uint64_t { return read(at, from); }, of.at);
}

std::optional<bool> parse_boolean(std::string_view text)
{
    for (const auto yes : {"true", "1", "yes", "on"})
        if (iequals(text, yes))
            return true;
    for (const auto no : {"false", "0", "no", "off"})
        if (iequals(text, no))
            return false;
    return std::nullopt;
}

std::string range(const std::string& least, const std::string& most)
{
    return ", from " + least + " to " + most;
}

std::string joined(const std::array<std::string_view, 4>& names)
{
    std::string all;
    for (const auto name : names)
        if (!name.empty())
            all.append(all.empty() ? "" : ", ").append(name);
    return all;
}

const overloaded requirements{
    [](const kind::boolean&) -> std::string { return "must be true or false"; },
    [](const kind::count& of) {
        return "must be a whole number" + range(std::to_string(of.least), std::to_string(of.most));
    },
    [](const kind::size& of) {
        return "must be a size in bytes such as 4096, 64k or 16m" + range(size_text(of.least), size_text(of.most));
    },
    [](const kind::duration& of) {
        return "must be a time such as 500ms, 10s or 2m" + range(duration_text(of.least), duration_text(of.most));
    },
    [](const kind::choice& of) { return "must be one of " + joined(of.names); },
    [](const kind::endpoints&) -> std::string { return "must be ADDRESS:PORT or unix:/path, or a list of them"; },
    [](const kind::text&) -> std::string { return "must be a text"; },
};

// Sets an option of some kind from one text, or from several where the kind is a list; returns what is wrong.
class assigner
{
public:
    assigner(settings& to, const std::vector<std::string>& texts) : to_(to), texts_(texts) {}

    std::string operator()(const kind::boolean& of) const
    {
        const auto value = parse_boolean(text());
        if (!value)
            return refused(of);
        of.at(to_) = *value;
        return {};
    }

    std::string operator()(const kind::count& of) const
    {
        const auto value = parse_integer(text());
        if (!value || *value < 0 || !within(static_cast<std::uint64_t>(*value), of))
            return refused(of);
        const auto set = [&]<class T>(field<T> at) { at(to_) = static_cast<T>(*value); };
        std::visit(set, of.at);
        return {};
    }

    std::string operator()(const kind::size& of) const
    {
        const auto value = parse_size(text());
        if (!value || !within(*value, of))
            return refused(of);
        of.at(to_) = *value;
        return {};
    }

    std::string operator()(const kind::duration& of) const
    {
        const auto value = parse_duration(text());
        if (!value || !within(*value, of))
            return refused(of);
        of.at(to_) = *value;
        return {};
    }

    std::string operator()(const kind::choice& of) const
    {
        const bool known = std::find(of.names.begin(), of.names.end(), text()) != of.names.end();
        if (!known || text().empty())
            return refused(of);
        of.set(to_, text());
        return {};
    }

    std::string operator()(const kind::endpoints& of) const
    {
        std::vector<http::endpoint> all;
        for (const auto& one : texts_) {
            auto parsed = parse_endpoint(one);
            if (!parsed)
                return "is not where one can listen: " + quote(one) + "; " + parsed.error().detail;
            if (std::find(all.begin(), all.end(), *parsed) != all.end() && parsed->port != 0)
                return "names " + quote(one) + " twice";
            all.push_back(std::move(*parsed));
        }
        if (all.empty())
            return "must name at least one place to listen";
        of.at(to_) = std::move(all);
        return {};
    }

    std::string operator()(const kind::text& of) const
    {
        if (text().find('\0') != std::string::npos)
            return "must not contain a NUL character";
        return of.set(to_, text());
    }

private:
    const std::string& text() const { return texts_.front(); }

    std::string refused(const auto& kind) const { return requirements(kind) + ", not " + quote(text()); }

    static bool within(auto value, const auto& kind) { return value >= kind.least && value <= kind.most; }

    settings& to_;
    const std::vector<std::string>& texts_;
};

const overloaded patterns{
    [](const kind::boolean&) -> ordered_json {
        return {{"type", "boolean"}};
    },
    [](const kind::count& of) -> ordered_json {
        return {{"type", "integer"}, {"minimum", of.least}, {"maximum", of.most}};
    },
    [](const kind::size& of) -> ordered_json {
        return {
            {"type", {"integer", "string"}},
            {"minimum", of.least},
            {"maximum", of.most},
            {"pattern", "^[0-9]+[kmgKMG]?$"},
        };
    },
    [](const kind::duration&) -> ordered_json {
        return {{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h)$"}};
    },
    [](const kind::choice& of) -> ordered_json {
        ordered_json names = ordered_json::array();
        for (const auto name : of.names)
            if (!name.empty())
                names.push_back(name);
        return {{"enum", std::move(names)}};
    },
    [](const kind::endpoints&) -> ordered_json {
        return {
            {"type", {"string", "array"}},
            {"items", {{"type", "string"}}},
            {"minItems", 1},
            {"uniqueItems", true},
        };
    },
    [](const kind::text&) -> ordered_json {
        return {{"type", "string"}};
    },
};

ordered_json listed(const std::vector<http::endpoint>& all)
{
    ordered_json texts = ordered_json::array();
    for (const auto& one : all)
        texts.push_back(endpoint_text(one));
    return texts;
}

// A size as a number where it has no unit.
ordered_json size_value(std::uint64_t bytes)
{
    const auto text = size_text(bytes);
    if (text == std::to_string(bytes))
        return bytes;
    return text;
}

bool has_number(const option& of)
{
    return std::holds_alternative<kind::count>(of.is) || std::holds_alternative<kind::size>(of.is);
}

bool has_text(const option& of)
{
    return !std::holds_alternative<kind::count>(of.is) && !std::holds_alternative<kind::boolean>(of.is);
}

}   // namespace

std::string assign(const option& of, settings& to, const std::vector<std::string>& texts)
{
    return std::visit(assigner(to, texts), of.is);
}

std::optional<std::vector<std::string>> texts_of(const option& of, const json& member)
{
    if (member.is_array() && std::holds_alternative<kind::endpoints>(of.is)) {
        if (!std::all_of(member.begin(), member.end(), [](const json& one) { return one.is_string(); }))
            return std::nullopt;
        return member.get<std::vector<std::string>>();
    }
    if (member.is_string() && has_text(of))
        return std::vector{member.get<std::string>()};
    const bool suits = (member.is_number_integer() && has_number(of))
        || (member.is_boolean() && std::holds_alternative<kind::boolean>(of.is));
    if (!suits)
        return std::nullopt;
    return std::vector{member.dump()};
}

std::string requirement(const option& of)
{
    return std::visit(requirements, of.is);
}

ordered_json value_of(const option& of, const settings& from)
{
    const overloaded values{
        [&](const kind::boolean& is) -> ordered_json { return read(is.at, from); },
        [&](const kind::count& is) -> ordered_json { return read(is, from); },
        [&](const kind::size& is) -> ordered_json { return size_value(read(is.at, from)); },
        [&](const kind::duration& is) -> ordered_json { return duration_text(read(is.at, from)); },
        [&](const kind::choice& is) -> ordered_json { return is.get(from); },
        [&](const kind::endpoints& is) -> ordered_json { return listed(read(is.at, from)); },
        [&](const kind::text& is) -> ordered_json { return is.get(from); },
    };
    return std::visit(values, of.is);
}

std::string shown_value(const option& of, const settings& from)
{
    const auto value = value_of(of, from);
    // A URL masks its own password, and what is left of it is what one looks for.
    const bool masked = of.secret && of.path != "redis.url" && value != ordered_json("");
    return masked ? "\"***\"" : value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json schema_of(const option& of)
{
    ordered_json made{{"description", of.help}};
    made.update(std::visit(patterns, of.is));
    made["default"] = value_of(of, settings{});
    return made;
}

std::string quote(std::string_view text)
{
    const auto cut = text.substr(0, longest_quote);
    return json(std::string(cut)).dump(-1, ' ', true, json::error_handler_t::replace)
        + (cut.size() < text.size() ? "…" : "");
}

}   // namespace rediserve::config
