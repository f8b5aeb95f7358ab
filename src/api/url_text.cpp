#include "api/url_text.hpp"

#include "api/text.hpp"

namespace rediserve::api {

namespace {

constexpr int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}   // namespace

bool has_escapes(std::string_view text, plus meaning) noexcept
{
    return text.find('%') != std::string_view::npos
        || (meaning == plus::is_blank && text.find('+') != std::string_view::npos);
}

char* decode(std::string_view text, plus meaning, char* to) noexcept
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        char byte = text[i];
        if (byte == '+' && meaning == plus::is_blank)
            byte = ' ';
        if (byte == '%' && text.size() - i > 2 && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            byte = static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        }
        *to++ = byte;
    }
    return to;
}

std::string_view decoded(std::string_view text, plus meaning, std::string& scratch)
{
    if (!has_escapes(text, meaning))
        return text;
    scratch.resize(text.size());
    scratch.resize(static_cast<std::size_t>(decode(text, meaning, scratch.data()) - scratch.data()));
    return scratch;
}

std::optional<std::string_view> query_token(std::string_view query, std::string& scratch)
{
    while (!query.empty()) {
        std::string_view value = take_part(query, '&');
        const std::string_view name = take_part(value, '=');
        if (decoded(name, plus::is_blank, scratch) == "_token")
            return decoded(value, plus::is_blank, scratch);
    }
    return std::nullopt;
}

}   // namespace rediserve::api
