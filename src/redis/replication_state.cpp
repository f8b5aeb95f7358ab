#include "redis/replication_state.hpp"

#include "rediserve/base/bytes.hpp"

#include <utility>

namespace rediserve::redis {

namespace {

// Takes what stands before `mark` off `text`, and the mark with it.
std::string_view take_until(std::string_view& text, char mark) noexcept
{
    const auto at = text.find(mark);
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return part;
}

std::string_view take_line(std::string_view& info) noexcept
{
    std::string_view line = take_until(info, '\n');
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

// The value of a line "name:value"; empty: there is none.
std::string_view value_of(std::string_view info, std::string_view name) noexcept
{
    while (!info.empty()) {
        std::string_view line = take_line(info);
        if (take_until(line, ':') == name)
            return line;
    }
    return {};
}

// "ip=127.0.0.1,port=6380,state=online,offset=14,lag=1"
std::optional<place> read_replica(std::string_view line)
{
    place found;
    bool online = false;
    while (!line.empty()) {
        std::string_view value = take_until(line, ',');
        const std::string_view name = take_until(value, '=');
        if (name == "ip")
            found.host = value;
        else if (name == "port")
            found.port = static_cast<std::uint16_t>(parse_integer(value).value_or(0));
        else if (name == "state")
            online = value == "online";
    }
    return online && found.port != 0 && !found.host.empty() ? std::optional(found) : std::nullopt;
}

// Of the lines "slave0:…", "slave1:…".
std::vector<place> replicas_in(std::string_view info)
{
    constexpr std::string_view slave = "slave";
    std::vector<place> all;
    while (!info.empty()) {
        std::string_view line = take_line(info);
        const std::string_view name = take_until(line, ':');
        const bool numbered = name.starts_with(slave) && parse_integer(name.substr(slave.size()));
        if (auto one = numbered ? read_replica(line) : std::nullopt)
            all.push_back(std::move(*one));
    }
    return all;
}

// -1, as Redis says it of nothing, is 0.
std::uint64_t number_of(std::string_view info, std::string_view name) noexcept
{
    const auto number = parse_integer(value_of(info, name));
    return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

}   // namespace

std::optional<replication_state> replication_state::parse(std::string_view info)
{
    replication_state found;
    found.at.history = value_of(info, "master_replid");
    if (found.at.history.empty())
        return std::nullopt;
    const bool follows = value_of(info, "role") == "slave";
    found.at.offset = number_of(info, follows ? "slave_repl_offset" : "master_repl_offset");
    found.former = value_of(info, "master_replid2");
    found.parted = number_of(info, "second_repl_offset");
    found.replicas = replicas_in(info);
    return found;
}

bool replication_state::has(const written& all) const noexcept
{
    bool told = all.nothing();
    for (const replication_point& each : all.points()) {
        const bool ours = each.history == at.history || (each.history == former && each.offset < parted);
        if (ours && each.offset > at.offset)
            return false;
        told = told || ours;
    }
    return told && !all.in_doubt();
}

}   // namespace rediserve::redis
