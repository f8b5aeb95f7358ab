#include "config/members.hpp"

#include "config/suggest.hpp"
#include "config/units.hpp"
#include "config/values.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace rediserve::config {

namespace {

using nlohmann::json;

const json& no_members()
{
    static const json none = json::object();
    return none;
}

bool is_text(const json& member)
{
    return member.is_string() && !member.get_ref<const std::string&>().empty()
        && member.get_ref<const std::string&>().find('\0') == std::string::npos;
}

}   // namespace

void complaints::operator()(std::string_view path, std::string_view text) const
{
    std::string line = file + ": ";
    line.append(path).append(path.empty() ? "" : " ").append(text);
    found.push_back({bad_configuration, std::move(line)});
}

members::members(const json& of, std::string path, const complaints& to)
    : of_(of.is_object() ? of : no_members()), path_(std::move(path)), to_(to)
{
    if (!of.is_object())
        complain(path_.empty() ? "must hold an object: { … }" : "must be an object");
}

std::string members::path_of(std::string_view name) const
{
    return path_ + (path_.empty() ? "" : ".") + std::string(name);
}

const json* members::find(std::string_view name)
{
    known_.emplace_back(name);
    const auto at = of_.find(name);
    return at == of_.end() ? nullptr : &*at;
}

std::optional<std::string> members::text(std::string_view name)
{
    const json* const at = find(name);
    if (at && is_text(*at))
        return at->get<std::string>();
    if (at)
        complain(name, "must be a text, and not empty");
    return std::nullopt;
}

std::vector<std::string> members::texts(std::string_view name)
{
    const json* const at = find(name);
    if (!at)
        return {};
    if (at->is_string())
        return {at->get<std::string>()};
    if (at->is_array() && std::ranges::all_of(*at, [](const json& one) { return one.is_string(); }))
        return at->get<std::vector<std::string>>();
    complain(name, "must be a text or a list of texts");
    return {};
}

std::optional<std::uint64_t> members::count(std::string_view name, std::uint64_t least, std::uint64_t most)
{
    const json* const at = find(name);
    if (!at)
        return std::nullopt;
    if (at->is_number_unsigned() && at->get<std::uint64_t>() >= least && at->get<std::uint64_t>() <= most)
        return at->get<std::uint64_t>();
    complain(name, "must be a whole number, from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

std::optional<std::uint64_t> members::size(std::string_view name)
{
    const json* const at = find(name);
    if (!at)
        return std::nullopt;
    std::optional<std::uint64_t> read;
    if (at->is_string())
        read = parse_size(at->get_ref<const std::string&>());
    else if (at->is_number_unsigned())
        read = at->get<std::uint64_t>();
    if (read && *read > 0)
        return read;
    complain(name, "must be a size in bytes such as 4096, 64k or 16m, 1 or more");
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> members::duration(std::string_view name, std::chrono::milliseconds most)
{
    const json* const at = find(name);
    if (!at)
        return std::nullopt;
    const auto read = at->is_string() ? parse_duration(at->get_ref<const std::string&>()) : std::nullopt;
    if (read && *read <= most)
        return read;
    complain(name, "must be a time such as 500ms, 10s or 2m, at most " + duration_text(most));
    return std::nullopt;
}

bool members::flag(std::string_view name)
{
    const json* const at = find(name);
    if (at && !at->is_boolean())
        complain(name, "must be true or false");
    return at && at->is_boolean() && at->get<bool>();
}

std::optional<members> members::object(std::string_view name)
{
    const json* const at = find(name);
    if (!at)
        return std::nullopt;
    return members(*at, path_of(name), to_);
}

void members::refuse_unknown() const
{
    for (const auto& [name, member] : of_.items()) {
        if (std::ranges::find(known_, name) != known_.end())
            continue;
        const auto meant = nearest(name, known_);
        complain("has no member " + quote(name) + (meant.empty() ? "" : "; did you mean \"" + meant + "\"?"));
    }
}

}   // namespace rediserve::config
