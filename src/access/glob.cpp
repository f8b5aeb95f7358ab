#include "access/glob.hpp"

#include <algorithm>
#include <cstddef>

namespace rediserve::access {

namespace {

// What one byte of the text is compared with, and where the pattern goes on.
struct step
{
    bool matches;
    std::size_t next;
};

// Redis compares the ends of a range as `char`, which is signed where it is usually run.
bool in_range(char c, char from, char to) noexcept
{
    const auto low = std::min(static_cast<signed char>(from), static_cast<signed char>(to));
    const auto high = std::max(static_cast<signed char>(from), static_cast<signed char>(to));
    return low <= static_cast<signed char>(c) && static_cast<signed char>(c) <= high;
}

// A class, from behind its `[`. One that has no end ends with the pattern.
step match_class(std::string_view pattern, std::size_t at, char c) noexcept
{
    const bool negated = at < pattern.size() && pattern[at] == '^';
    at += negated ? 1 : 0;
    bool found = false;
    while (at < pattern.size() && pattern[at] != ']') {
        const std::size_t left = pattern.size() - at;
        if (pattern[at] == '\\' && left >= 2) {
            found = found || pattern[at + 1] == c;
            at += 2;
        } else if (left >= 3 && pattern[at + 1] == '-') {
            found = found || in_range(c, pattern[at], pattern[at + 2]);
            at += 3;
        } else {
            found = found || pattern[at] == c;
            at += 1;
        }
    }
    return {found != negated, std::min(at + 1, pattern.size())};
}

step match_one(std::string_view pattern, std::size_t at, char c) noexcept
{
    switch (pattern[at]) {
    case '?': return {true, at + 1};
    case '[': return match_class(pattern, at + 1, c);
    case '\\':
        if (at + 1 < pattern.size())
            ++at;
        [[fallthrough]];
    default: return {pattern[at] == c, at + 1};
    }
}

}   // namespace

bool matches_glob(std::string_view pattern, std::string_view text) noexcept
{
    if (text.empty())
        return pattern.empty();   // not even `*` matches nothing
    constexpr std::size_t none = std::string_view::npos;
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t behind_star = none;   // only the last one need be tried again: it can take over what others took
    std::size_t taken_to = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            behind_star = ++p;
            taken_to = t;
            continue;
        }
        const step next = p < pattern.size() ? match_one(pattern, p, text[t]) : step{false, p};
        if (next.matches) {
            p = next.next;
            ++t;
        } else if (behind_star != none) {
            p = behind_star;
            t = ++taken_to;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

}   // namespace rediserve::access
