// Which words of a command are keys, and what is done with them (Redis documentation, "Command key specifications").
#pragma once

#include <boost/container/small_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::commands {

// What is done with the value of a key. `none` where only something about it is told, as by EXISTS.
enum class key_access : std::uint8_t { none = 0, read = 1, write = 2, both = 3 };

constexpr key_access operator|(key_access a, key_access b) noexcept
{
    return static_cast<key_access>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
// Whether `granted` is enough for `needed`.
constexpr bool covers(key_access granted, key_access needed) noexcept
{
    return (granted | needed) == granted;
}

struct key_place
{
    std::size_t at;   // index of the word
    key_access access;
};

// The keys of one command.
struct touched_keys
{
    boost::container::small_vector<key_place, 8> places;
    bool hidden = false;   // it may touch others, or its words have no form that is known
    // It reads keys whose names it makes from what it finds (SORT … BY and GET), or tells names of any (RANDOMKEY).
    bool reads_more = false;
};

// Where some keys are. Positions count words, the name being 0.
struct key_spec
{
    key_access access = key_access::both;
    std::string keyword;      // empty: they begin at `begin`; else behind this word, which is looked for
    std::int64_t begin = 0;   // from here on, or backwards from here (negative: counted from the end)
    bool counted = false;
    // Of a range:
    std::int64_t last = 0;    // the last one, from the first; negative: from the end of the command
    std::int64_t limit = 0;   // with a negative `last`: keys are in the first 1/limit of the rest. 0: in all of it
    // Where a word says how many there are:
    std::int64_t count_at = 0;   // that word, from where they begin
    std::int64_t first = 0;      // the first one, from where they begin
    std::int64_t step = 1;
};

// Finds the keys of a command that has a form of its own.
using key_reader = void (*)(std::span<const std::string_view> words, touched_keys& to);

// What is known about the keys of a command.
struct command_keys
{
    std::vector<key_spec> specs;
    key_reader reader = nullptr;   // in place of the specs
    bool hidden = false;           // they do not tell of all keys
};

// Finds the keys among the words of a command, name first.
touched_keys find_keys(const command_keys& of, std::span<const std::string_view> words);

// Whether Redis, which compares such words up to a NUL and in any case, takes `word` for `keyword`.
bool is_keyword(std::string_view word, std::string_view keyword) noexcept;

}   // namespace rediserve::commands
