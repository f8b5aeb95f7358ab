#include "commands/key_specs.hpp"

#include "commands/known_keys.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace rediserve::commands {

namespace {

using words_view = std::span<const std::string_view>;
using redis::reply_view;

// Elements of a command's description, by position.
constexpr std::size_t flags_at = 2;
constexpr std::size_t first_key_at = 3;   // before Redis 7, all that is said about keys: the first, the last, the step
constexpr std::size_t last_key_at = 4;
constexpr std::size_t step_at = 5;
constexpr std::size_t specs_at = 8;   // since Redis 7

// No position is as far as this.
constexpr std::int64_t most = 1'000'000;

// ---- from the reply ------------------------------------------------------------------------------------------------

bool holds(const reply_view& list, std::string_view word) noexcept
{
    for (std::size_t i = 0; i < list.size(); ++i)
        if (iequals(list[i].text(), word))
            return true;
    return false;
}

// A map in RESP2: names and values in turn.
reply_view member(const reply_view& map, std::string_view name) noexcept
{
    for (std::size_t i = 0; i + 1 < map.size(); i += 2)
        if (map[i].text() == name)
            return map[i + 1];
    return {};
}

std::int64_t number(const reply_view& map, std::string_view name) noexcept
{
    return member(map, name).integer();
}

// Of a key of which nothing is read or written only something is told.
key_access access_of(const reply_view& flags) noexcept
{
    key_access access = key_access::none;
    if (holds(flags, "access"))
        access = access | key_access::read;
    if (holds(flags, "insert") || holds(flags, "delete") || holds(flags, "update"))
        access = access | key_access::write;
    return access;
}

bool read_begin(const reply_view& from, key_spec& to)
{
    const reply_view spec = member(from, "spec");
    if (member(from, "type").text() == "index") {
        to.begin = number(spec, "index");
        return to.begin > 0 && to.begin < most;
    }
    if (member(from, "type").text() != "keyword")
        return false;
    to.keyword = member(spec, "keyword").text();
    to.begin = number(spec, "startfrom");
    return !to.keyword.empty() && to.begin != 0 && to.begin > -most && to.begin < most;
}

bool read_extent(const reply_view& from, key_spec& to)
{
    const reply_view spec = member(from, "spec");
    to.counted = member(from, "type").text() == "keynum";
    if (!to.counted && member(from, "type").text() != "range")
        return false;
    to.last = number(spec, "lastkey");
    to.limit = number(spec, "limit");
    to.count_at = number(spec, "keynumidx");
    to.first = number(spec, "firstkey");
    to.step = number(spec, "keystep");
    return to.step > 0 && to.limit >= 0 && to.count_at >= 0 && to.first >= 0 && to.last > -most && to.last < most
        && to.step < most && to.count_at < most && to.first < most;
}

void add_spec(const reply_view& from, command_keys& to)
{
    const reply_view flags = member(from, "flags");
    if (holds(flags, "not_key"))
        return;
    key_spec spec;
    spec.access = access_of(flags);
    const bool usable = read_begin(member(from, "begin_search"), spec) && read_extent(member(from, "find_keys"), spec);
    if (!usable || holds(flags, "incomplete") || holds(flags, "variable_flags"))
        to.hidden = true;
    else
        to.specs.push_back(std::move(spec));
}

command_keys read_specs(const reply_view& command)
{
    command_keys keys;
    for (std::size_t i = 0; i < command[specs_at].size(); ++i)
        add_spec(command[specs_at][i], keys);
    keys.hidden = keys.hidden || (keys.specs.empty() && holds(command[flags_at], "movablekeys"));
    return keys;
}

command_keys read_positions(const reply_view& command, std::string_view name)
{
    command_keys keys;
    keys.reader = reader_without_specs(name);
    key_spec spec;
    keys.hidden = holds(command[flags_at], "movablekeys") || command.size() <= step_at;
    if (command.size() <= step_at || command[first_key_at].integer() <= 0)
        return keys;
    spec.access = holds(command[flags_at], "readonly") ? key_access::read : key_access::both;
    spec.begin = command[first_key_at].integer();
    spec.last = command[last_key_at].integer() - (command[last_key_at].integer() < 0 ? 0 : spec.begin);
    spec.step = std::clamp<std::int64_t>(command[step_at].integer(), 1, most);
    keys.specs.push_back(spec);
    return keys;
}

// ---- among the words -----------------------------------------------------------------------------------------------

// Behind the keyword; 0: it is not there.
std::int64_t behind_keyword(const key_spec& spec, words_view words) noexcept
{
    const auto size = static_cast<std::int64_t>(words.size());
    const std::int64_t step = spec.begin > 0 ? 1 : -1;
    for (std::int64_t i = spec.begin > 0 ? spec.begin : size + spec.begin; i > 0 && i < size; i += step)
        if (is_keyword(words[static_cast<std::size_t>(i)], spec.keyword))
            return i + 1;
    return 0;
}

struct extent
{
    std::int64_t first;
    std::int64_t last;
};

extent range_from(std::int64_t begin, const key_spec& spec, std::int64_t size) noexcept
{
    if (spec.last >= 0)
        return {begin, begin + spec.last};
    if (spec.limit == 0)
        return {begin, size + spec.last};
    return {begin, begin + (size - begin) / spec.limit + spec.last};
}

// nullopt: no number of keys is where it should be.
std::optional<extent> counted_from(std::int64_t begin, const key_spec& spec, words_view words) noexcept
{
    const auto size = static_cast<std::int64_t>(words.size());
    if (begin + spec.count_at >= size)
        return {};
    const auto count = parse_integer(words[static_cast<std::size_t>(begin + spec.count_at)]);
    if (!count || *count < 0 || *count > size)
        return {};
    const std::int64_t first = begin + spec.first;
    return extent{first, *count == 0 ? first - 1 : first + (*count - 1) * spec.step};
}

// False: the words have another form, or there are too few of them.
bool append(const key_spec& spec, words_view words, touched_keys& to)
{
    const auto size = static_cast<std::int64_t>(words.size());
    const std::int64_t begin = spec.keyword.empty() ? spec.begin : behind_keyword(spec, words);
    if (begin == 0)
        return true;
    const auto keys = spec.counted ? counted_from(begin, spec, words) : range_from(begin, spec, size);
    if (!keys)
        return false;
    if (spec.counted && keys->last < keys->first)
        return true;   // as many as it says: none
    if (keys->first >= size || keys->last >= size || keys->last < keys->first)
        return false;
    for (std::int64_t i = keys->first; i <= keys->last; i += spec.step)
        to.places.push_back({static_cast<std::size_t>(i), spec.access});
    return true;
}

}   // namespace

command_keys read_keys(const reply_view& command, std::string_view name)
{
    command_keys keys = command.size() > specs_at ? read_specs(command) : read_positions(command, name);
    if (const key_reader known = reader_of(name))
        keys.reader = known;
    return keys;
}

touched_keys find_keys(const command_keys& of, words_view words)
{
    touched_keys found;
    if (of.reader) {
        of.reader(words, found);
        return found;
    }
    found.hidden = of.hidden;
    for (const key_spec& spec : of.specs)
        if (!append(spec, words, found))
            found.hidden = true;
    return found;
}

bool is_keyword(std::string_view word, std::string_view keyword) noexcept
{
    return iequals(word.substr(0, word.find('\0')), keyword);
}

}   // namespace rediserve::commands
