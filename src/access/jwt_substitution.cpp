// Claims in the words of rules.
#include "rediserve/access/jwt.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::access {

namespace {

constexpr std::string_view blanks = " \t\r\n";

// What stands before a claim in its word.
enum class place : std::uint8_t { word, pattern, pattern_class };

// `~`, `&` and `%RW~` begin patterns, within selectors' brackets too.
place place_after(std::string_view word) noexcept
{
    word.remove_prefix(std::min(word.find_first_not_of('('), word.size()));
    std::size_t sigil = 0;
    if (word.starts_with('%'))
        sigil = std::min(word.find('~'), word.size());
    if (sigil == word.size() || (word[sigil] != '~' && word[sigil] != '&'))
        return place::word;
    bool open = false;
    for (std::size_t i = sigil + 1; i < word.size(); ++i) {
        if (word[i] == '\\')
            ++i;
        else if (word[i] == '[')
            open = true;
        else if (word[i] == ']')
            open = false;
    }
    return open ? place::pattern_class : place::pattern;
}

bool is_plain(char c) noexcept
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
        || c == '.';
}

// Blanks would begin a word; and a closing bracket at a word's end would close a selector, which no escape prevents.
bool fits_pattern(char c) noexcept
{
    const auto code = static_cast<unsigned char>(c);
    return code > ' ' && code != 0x7F && c != '(' && c != ')';
}

void append_escaped(std::string& to, std::string_view value)
{
    for (const char c : value) {
        if (c == '*' || c == '?' || c == '[' || c == '\\')
            to.push_back('\\');
        to.push_back(c);
    }
}

result<void> append_value(std::string& to, place where, std::string_view value)
{
    if (where == place::pattern_class)
        return error(errc::bad_configuration, "a claim stands between [ and ] of a pattern");
    const auto fits = where == place::pattern ? fits_pattern : is_plain;
    if (value.empty() || !std::all_of(value.begin(), value.end(), fits))
        return error(
            errc::forbidden, "a claim of the token that is needed is empty or has characters that are not allowed"
        );
    if (where == place::pattern)
        append_escaped(to, value);
    else
        to.append(value);
    return {};
}

}   // namespace

result<std::string> with_claims(std::string_view text, const jwt_claims& claims)
{
    std::string made;
    std::size_t word = 0;   // where the current one begins in `text`
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (blanks.find(text[at]) != std::string_view::npos)
            word = at + 1;
        if (!text.substr(at).starts_with("${")) {
            made.push_back(text[at]);
            continue;
        }
        const std::size_t end = text.find('}', at);
        if (end == std::string_view::npos)
            return error(errc::bad_configuration, "${ without }");
        const auto claim = claims.values.find(std::string(text.substr(at + 2, end - at - 2)));
        if (claim == claims.values.end())
            return error(errc::forbidden, "the token has not all claims that are needed");
        const auto appended = append_value(made, place_after(text.substr(word, at - word)), claim->second);
        if (!appended)
            return appended.error();
        at = end;
    }
    return made;
}

}   // namespace rediserve::access
