#include "api/json_writer.hpp"

#include "rediserve/base/bytes.hpp"

#include <charconv>
#include <cmath>

namespace rediserve::api {

namespace {

std::size_t count_digits(std::string_view text) noexcept
{
    const auto end = text.find_first_not_of("0123456789");
    return end == std::string_view::npos ? text.size() : end;
}

}   // namespace

encoding encoding_of(std::string_view bytes) noexcept
{
    return is_utf8(bytes) ? encoding::text : encoding::base64;
}

void append_string(buffer& to, std::string_view bytes, encoding as)
{
    if (as == encoding::text)
        return append_json_string(to, bytes);
    to.append('"');
    append_base64(to, bytes);
    to.append('"');
}

void append_key_member(buffer& to, std::string_view key)
{
    const encoding as = encoding_of(key);
    to.append("\"key\":");
    append_string(to, key, as);
    if (as == encoding::base64)
        to.append(",\"key_encoding\":\"base64\"");
}

void append_key_element(buffer& to, std::string_view key)
{
    const encoding as = encoding_of(key);
    if (as == encoding::base64)
        to.append("{\"base64\":");
    append_string(to, key, as);
    if (as == encoding::base64)
        to.append('}');
}

void append_double(buffer& to, double number)
{
    if (!std::isfinite(number))
        return to.append(std::isnan(number) ? "\"nan\"" : number > 0 ? "\"inf\"" : "\"-inf\"");
    constexpr std::size_t longest = 32;
    char* const text = to.prepare(longest);
    const auto [end, failure] = std::to_chars(text, text + longest, number);
    to.commit(static_cast<std::size_t>(end - text));
}

void append_seconds(buffer& to, std::int64_t milliseconds)
{
    to.append_number(milliseconds / 1000);
    if (const std::int64_t rest = milliseconds % 1000; rest > 0) {
        const char digits[] = {
            '.',
            static_cast<char>('0' + rest / 100),
            static_cast<char>('0' + rest / 10 % 10),
            static_cast<char>('0' + rest % 10),
        };
        std::string_view fraction(digits, sizeof digits);
        while (fraction.back() == '0')
            fraction.remove_suffix(1);
        to.append(fraction);
    }
}

bool is_json_number(std::string_view text) noexcept
{
    if (text.starts_with('-'))
        text.remove_prefix(1);
    const std::size_t whole = count_digits(text);
    if (whole == 0 || (whole > 1 && text[0] == '0'))
        return false;
    text.remove_prefix(whole);
    if (text.starts_with('.')) {
        const std::size_t fraction = count_digits(text.substr(1));
        if (fraction == 0)
            return false;
        text.remove_prefix(1 + fraction);
    }
    if (text.empty())
        return true;
    if (text[0] != 'e' && text[0] != 'E')
        return false;
    text.remove_prefix(text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 2 : 1);
    return !text.empty() && count_digits(text) == text.size();
}

}   // namespace rediserve::api
