#include "commands/known_keys.hpp"

#include "rediserve/base/bytes.hpp"

#include <array>
#include <optional>

// Options are walked over as the commands themselves do it, so that nothing can be taken for something else: a consumer
// of XREADGROUP may be called STREAMS. Of an option that may be given again every one counts.

namespace rediserve::commands {

namespace {

using words_view = std::span<const std::string_view>;

void add(words_view words, std::size_t at, key_access access, touched_keys& to)
{
    if (at < words.size())
        to.places.push_back({at, access});
    else
        to.hidden = true;
}

void read_set(words_view words, touched_keys& to)
{
    key_access access = key_access::write;
    for (std::size_t i = 3; i < words.size(); ++i)
        if (is_keyword(words[i], "GET"))
            access = key_access::both;
    add(words, 1, access, to);
}

// Whether all that is done is GET.
bool only_gets(words_view words) noexcept
{
    std::size_t at = 2;
    while (at < words.size()) {
        if (is_keyword(words[at], "GET") && at + 2 < words.size())
            at += 3;
        else if (is_keyword(words[at], "OVERFLOW") && at + 1 < words.size())
            at += 2;
        else
            return false;
    }
    return true;
}

void read_bitfield(words_view words, touched_keys& to)
{
    add(words, 1, only_gets(words) ? key_access::read : key_access::both, to);
}

// Whether the option BY or GET at `at` makes names of keys. GET is taken to do so in any case, as Redis does.
bool makes_names(words_view words, std::size_t at) noexcept
{
    return is_keyword(words[at], "GET") || (at + 1 < words.size() && words[at + 1].find('*') != std::string_view::npos);
}

void read_sort(words_view words, touched_keys& to)
{
    add(words, 1, key_access::read, to);
    for (std::size_t i = 2; i < words.size(); ++i) {
        if (is_keyword(words[i], "LIMIT"))
            i += 2;
        else if (is_keyword(words[i], "STORE"))
            add(words, ++i, key_access::write, to);
        else if (is_keyword(words[i], "BY") || is_keyword(words[i], "GET"))
            to.reads_more = makes_names(words, i++) || to.reads_more;
    }
}

void read_stored_from(words_view words, std::size_t options, touched_keys& to)
{
    add(words, 1, key_access::read, to);
    for (std::size_t i = options; i < words.size(); ++i)
        if (is_keyword(words[i], "STORE") || is_keyword(words[i], "STOREDIST"))
            add(words, ++i, key_access::write, to);
}

void read_georadius(words_view words, touched_keys& to)
{
    read_stored_from(words, 6, to);
}

void read_georadiusbymember(words_view words, touched_keys& to)
{
    read_stored_from(words, 5, to);
}

// How many words an option of MIGRATE takes; 0: it is none.
std::size_t length_of_migrate_option(std::string_view word) noexcept
{
    if (is_keyword(word, "COPY") || is_keyword(word, "REPLACE"))
        return 1;
    if (is_keyword(word, "AUTH"))
        return 2;
    return is_keyword(word, "AUTH2") ? 3 : 0;
}

void read_migrate(words_view words, touched_keys& to)
{
    std::size_t at = 6;
    while (at < words.size() && length_of_migrate_option(words[at]) > 0)
        at += length_of_migrate_option(words[at]);
    if (at >= words.size())
        return add(words, 3, key_access::both, to);
    to.hidden = !is_keyword(words[at], "KEYS") || !words[3].empty();
    while (++at < words.size())
        add(words, at, key_access::both, to);
}

// How many words an option of XREAD and XREADGROUP takes; 0: it is none.
std::size_t length_of_xread_option(std::string_view word) noexcept
{
    if (is_keyword(word, "NOACK"))
        return 1;
    if (is_keyword(word, "BLOCK") || is_keyword(word, "COUNT") || is_keyword(word, "CLAIM"))
        return 2;
    return is_keyword(word, "GROUP") ? 3 : 0;
}

void read_xread(words_view words, touched_keys& to)
{
    std::size_t at = 1;
    while (at < words.size() && length_of_xread_option(words[at]) > 0)
        at += length_of_xread_option(words[at]);
    const std::size_t first = at + 1;
    if (at >= words.size() || !is_keyword(words[at], "STREAMS") || (words.size() - first) % 2 != 0) {
        to.hidden = true;
        return;
    }
    const std::size_t count = (words.size() - first) / 2;
    to.hidden = count == 0;
    for (std::size_t i = 0; i < count; ++i)
        add(words, first + i, key_access::read, to);
}

void read_counted(words_view words, std::size_t count_at, key_access access, touched_keys& to)
{
    const auto count = count_at < words.size() ? parse_integer(words[count_at]) : std::nullopt;
    if (!count || *count < 0 || static_cast<std::size_t>(*count) > words.size() - count_at - 1) {
        to.hidden = true;
        return;
    }
    for (std::size_t i = 0; i < static_cast<std::size_t>(*count); ++i)
        add(words, count_at + 1 + i, access, to);
}

void read_eval(words_view words, touched_keys& to)
{
    read_counted(words, 2, key_access::both, to);
}

void read_combined(words_view words, touched_keys& to)
{
    read_counted(words, 1, key_access::read, to);
}

void read_combined_and_stored(words_view words, touched_keys& to)
{
    add(words, 1, key_access::write, to);
    read_counted(words, 2, key_access::read, to);
}

void read_memory(words_view words, touched_keys& to)
{
    if (words.size() > 1 && is_keyword(words[1], "USAGE"))
        add(words, 2, key_access::read, to);
}

// Of what tells names of keys, any of them.
void read_any(words_view, touched_keys& to)
{
    to.reads_more = true;
}

void read_cluster(words_view words, touched_keys& to)
{
    if (words.size() > 1 && is_keyword(words[1], "GETKEYSINSLOT"))
        read_any(words, to);
}

struct known
{
    std::string_view name;
    key_reader reader;
};

constexpr std::array<known, 12> always = {{
    {"bitfield", read_bitfield},
    {"cluster|getkeysinslot", read_any},
    {"georadius", read_georadius},
    {"georadiusbymember", read_georadiusbymember},
    {"migrate", read_migrate},
    {"monitor", read_any},
    {"randomkey", read_any},
    {"set", read_set},
    {"sort", read_sort},
    {"sort_ro", read_sort},
    {"xread", read_xread},
    {"xreadgroup", read_xread},
}};

constexpr std::array<known, 10> without_specs = {{
    {"cluster", read_cluster},
    {"eval", read_eval},
    {"evalsha", read_eval},
    {"memory", read_memory},
    {"zdiff", read_combined},
    {"zdiffstore", read_combined_and_stored},
    {"zinter", read_combined},
    {"zinterstore", read_combined_and_stored},
    {"zunion", read_combined},
    {"zunionstore", read_combined_and_stored},
}};

key_reader find(std::span<const known> in, std::string_view name) noexcept
{
    for (const known& one : in)
        if (one.name == name)
            return one.reader;
    return nullptr;
}

}   // namespace

key_reader reader_of(std::string_view name) noexcept
{
    return find(always, name);
}

key_reader reader_without_specs(std::string_view name) noexcept
{
    return find(without_specs, name);
}

}   // namespace rediserve::commands
