#include "rediserve/commands/command_table.hpp"

#include "commands/key_specs.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>

namespace rediserve::commands {

namespace {

// Elements of a command's description, by position.
constexpr std::size_t name_at = 0;
constexpr std::size_t arity_at = 1;
constexpr std::size_t flags_at = 2;
constexpr std::size_t categories_at = 6;   // since Redis 6
constexpr std::size_t tips_at = 7;         // since Redis 7
constexpr std::size_t subcommands_at = 9;

constexpr std::array<std::string_view, 12> blocking = {
    "blmove",   "blmpop",   "blpop", "brpop",   "brpoplpush", "bzmpop",
    "bzpopmax", "bzpopmin", "wait",  "waitaof", "xread",      "xreadgroup",
};

constexpr std::array<std::string_view, 40> reading = {
    "bitcount",    "dbsize", "exists",  "get",    "getbit", "getrange",  "hexists",  "hget",
    "hgetall",     "hkeys",  "hlen",    "hmget",  "hscan",  "hvals",     "lindex",   "llen",
    "lrange",      "mget",   "pttl",    "scan",   "scard",  "sismember", "smembers", "smismember",
    "srandmember", "sscan",  "strlen",  "ttl",    "type",   "xlen",      "xrange",   "xrevrange",
    "zcard",       "zcount", "zmscore", "zrange", "zrank",  "zrevrank",  "zscan",    "zscore",
};

bool holds(const redis::reply_view& list, std::string_view word) noexcept
{
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i].text() == word)
            return true;
    return false;
}

category_set categories_in(const redis::reply_view& list) noexcept
{
    category_set all = 0;
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i].text().starts_with('@'))
            all |= category_of(list[i].text().substr(1));
    return all;
}

routing routing_in(const redis::reply_view& tips) noexcept
{
    routing made;
    for (std::size_t i = 0; i < tips.size(); ++i)
        apply_tip(made, tips[i].text());
    return made;
}

channel_words channels_of(std::string_view name) noexcept
{
    if (name == "publish" || name == "spublish")
        return channel_words::first;
    if (name == "subscribe" || name == "ssubscribe")
        return channel_words::all;
    return name == "psubscribe" ? channel_words::all_patterns : channel_words::none;
}

bool is_known_to_block(std::string_view name) noexcept
{
    return std::ranges::find(blocking, name) != blocking.end();
}

// Whether `name` is that of a subcommand of `command`: "config|get".
bool is_part(std::string_view name, std::string_view command) noexcept
{
    return name.size() > command.size() + 1 && name[command.size()] == '|'
        && iequals(name.substr(0, command.size()), command);
}

void describe(command_info& entry, const redis::reply_view& command)
{
    const redis::reply_view flags = command[flags_at];
    const redis::reply_view categories = command.size() > categories_at ? command[categories_at] : redis::reply_view();
    entry.reads_only = holds(flags, "readonly");
    // Redis 6 and earlier have no flag for it, and WAIT has none in Redis 7.
    entry.blocks = holds(flags, "blocking") || is_known_to_block(entry.name);
    entry.dangerous = holds(categories, "@dangerous");
    entry.no_script = holds(flags, "noscript");
    entry.for_everybody = holds(flags, "no_auth");
    entry.arity = command[arity_at].integer();
    entry.channels = channels_of(entry.name);
    entry.categories = categories_in(categories);
    entry.keys = read_keys(command, entry.name);
    entry.where = command.size() > tips_at ? routing_in(command[tips_at]) : known_routing(entry.name);
}

// Longer than any command's name with a subcommand's; a longer one is none that Redis knows.
using name_room = std::array<char, 64>;

std::string_view lower_case(name_room& room, std::string_view name, std::string_view subcommand = {}) noexcept
{
    const std::size_t size = name.size() + (subcommand.empty() ? 0 : 1 + subcommand.size());
    if (size > room.size())
        return {};
    auto end = std::ranges::transform(name, room.begin(), to_lower).out;
    if (!subcommand.empty()) {
        *end++ = '|';
        std::ranges::transform(subcommand, end, to_lower);
    }
    return {room.data(), size};
}

}   // namespace

// FNV-1a
std::size_t command_table::hash::operator()(std::string_view name) const noexcept
{
    std::size_t sum = 0xCBF29CE484222325u;
    for (const char c : name)
        sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return sum;
}

std::shared_ptr<command_table> command_table::built_in()
{
    auto made = std::make_shared<command_table>();
    for (const std::string_view name : reading)
        made->named(name).reads_only = true;
    for (const std::string_view name : blocking)
        made->named(name).blocks = true;
    return made;
}

command_info& command_table::named(std::string_view name)
{
    command_info& entry = entries_[std::string(name)];
    entry.name = name;
    return entry;
}

std::shared_ptr<command_table> command_table::parse(const redis::reply_view& reply)
{
    if (!reply.is_array() || reply.size() == 0)
        return nullptr;
    auto made = std::make_shared<command_table>();
    for (std::size_t i = 0; i < reply.size(); ++i) {
        if (!reply[i].is_array() || reply[i].size() <= flags_at)
            return nullptr;
        made->add(reply[i], nullptr);
    }
    made->from_server_ = true;
    return made;
}

void command_table::add(const redis::reply_view& command, const command_info* parent)
{
    std::string name(command[name_at].text());   // some are in upper case
    std::ranges::transform(name, name.begin(), to_lower);
    command_info& entry = named(name);
    describe(entry, command);
    entry.parent = parent;
    gives_tips_ = gives_tips_ || command.size() > tips_at;
    entry.categories |= parent ? parent->categories : 0;
    if (command.size() <= subcommands_at)
        return;
    const redis::reply_view parts = command[subcommands_at];
    entry.has_subcommands = parts.size() > 0;
    for (std::size_t i = 0; i < parts.size(); ++i)
        if (parts[i].size() > flags_at && is_part(parts[i][name_at].text(), entry.name))
            add(parts[i], &entry);
}

const command_info* command_table::find(std::string_view name, std::string_view subcommand) const noexcept
{
    name_room room;
    const auto found = entries_.find(lower_case(room, name));
    if (found == entries_.end())
        return nullptr;
    if (!found->second.has_subcommands || subcommand.empty())
        return &found->second;
    const auto part = entries_.find(lower_case(room, name, subcommand));
    return part == entries_.end() ? &found->second : &part->second;
}

const command_info* command_table::resolve(std::span<const std::string_view> words) const noexcept
{
    if (words.empty())
        return nullptr;
    const command_info* const command = find(words[0]);
    if (!command || command->parent || !command->has_subcommands || words.size() < 2)
        return command && !command->parent ? command : nullptr;
    const command_info* const part = words[1].empty() ? command : find(words[0], words[1]);
    return part == command ? nullptr : part;
}

routing command_table::route(std::span<const std::string_view> words) const noexcept
{
    if (words.empty())
        return {};
    if (gives_tips_) {
        const command_info* const known = resolve(words);
        return known ? known->where : routing{};
    }
    name_room room;
    const routing whole = known_routing(lower_case(room, words[0]));
    return words.size() > 1 && whole == routing{} ? known_routing(lower_case(room, words[0], words[1])) : whole;
}

}   // namespace rediserve::commands
