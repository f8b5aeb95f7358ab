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

// -1, as Redis says it of nothing, is 0.
std::uint64_t number_of(std::string_view text) noexcept
{
    const auto number = parse_integer(text);
    return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

// "slave0"
bool names_a_replica(std::string_view name) noexcept
{
    constexpr std::string_view slave = "slave";
    return name.starts_with(slave) && parse_integer(name.substr(slave.size()));
}

}   // namespace

std::optional<replication_state> replication_state::told_by(const reply_view& info)
{
    return info.is_string() || info.kind() == reply_kind::verbatim ? parse(info.text()) : std::nullopt;
}

std::optional<replication_state> replication_state::parse(std::string_view info)
{
    replication_state found;
    bool follows = false;
    while (!info.empty()) {
        std::string_view value = take_line(info);
        const std::string_view name = take_until(value, ':');
        if (name == "role")   // the first of them
            follows = value == "slave";
        else if (name == (follows ? "slave_repl_offset" : "master_repl_offset"))
            found.at.offset = number_of(value);
        else if (name == "master_replid")
            found.at.history = value;
        else if (name == "master_replid2")
            found.former = value;
        else if (name == "second_repl_offset")
            found.parted = number_of(value);
        else if (auto one = names_a_replica(name) ? read_replica(value) : std::nullopt)
            found.replicas.push_back(std::move(*one));
    }
    return found.at.history.empty() ? std::nullopt : std::optional(std::move(found));
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
