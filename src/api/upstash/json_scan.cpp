#include "api/upstash/json_scan.hpp"

#include "api/json_writer.hpp"
#include "rediserve/base/bytes.hpp"

#include <bit>
#include <cstring>

namespace rediserve::api::upstash {

namespace {

constexpr std::uint64_t every_byte(std::uint64_t byte) noexcept
{
    return byte * 0x0101010101010101u;
}

constexpr bool stands_as_it_is(char c) noexcept
{
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

// The first byte in [at, end) that is a quote, a backslash or a control character. `seen` collects the high bits of what
// was passed. Eight bytes at a time; a borrow disturbs only what is behind the first hit, so the lowest one is exact.
const char* find_special(const char* at, const char* end, std::uint64_t& seen) noexcept
{
    for (; end - at >= 8; at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        const std::uint64_t quote = word ^ every_byte('"');
        const std::uint64_t backslash = word ^ every_byte('\\');
        const std::uint64_t below = (word - every_byte(0x20)) | (quote - every_byte(1)) | (backslash - every_byte(1));
        const std::uint64_t hits = below & ~word & every_byte(0x80);
        seen |= word;   // what is behind a hit only costs a closer look
        if (hits == 0)
            continue;
        if constexpr (std::endian::native == std::endian::little)
            return at + std::countr_zero(hits) / 8;
        break;
    }
    for (; at != end && stands_as_it_is(*at); ++at)
        seen |= static_cast<unsigned char>(*at);
    return at;
}

constexpr int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

constexpr bool in_number(char c) noexcept
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

// Of the four digits at `at`.
unsigned code_unit(const char* at) noexcept
{
    unsigned unit = 0;
    for (int i = 0; i < 4; ++i)
        unit = unit << 4 | static_cast<unsigned>(hex_value(at[i]));
    return unit;
}

char* put_utf8(unsigned code, char* to) noexcept
{
    const auto put = [&](unsigned byte) { *to++ = static_cast<char>(byte); };
    const auto put_rest = [&](int shift) { put(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | code >> 6);
        put_rest(0);
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put_rest(6);
        put_rest(0);
    } else {
        put(0xF0 | code >> 18);
        put_rest(12);
        put_rest(6);
        put_rest(0);
    }
    return to;
}

// What `\u` says at `at`, where its digits begin; moves behind it, and behind the other half of a surrogate pair.
unsigned take_code(const char*& at, const char* end) noexcept
{
    constexpr unsigned replacement = 0xFFFD;
    const unsigned unit = code_unit(at);
    at += 4;
    if (unit < 0xD800 || unit > 0xDFFF)
        return unit;
    if (unit > 0xDBFF || end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return replacement;
    const unsigned low = code_unit(at + 2);
    if (low < 0xDC00 || low > 0xDFFF)
        return replacement;
    at += 6;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

char short_escape(char c) noexcept
{
    switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
    }
}

}   // namespace

bool json_scan::fail(json_fault why) noexcept
{
    if (fault_ == json_fault::none)
        fault_ = why;
    return false;
}

bool json_scan::string(raw_string& found) noexcept
{
    if (!take('"'))
        return fail();
    const char* const first = at_;
    std::uint64_t seen = 0;
    found.escaped = false;
    for (;;) {
        at_ = find_special(at_, end_, seen);
        if (peek() != '\\')
            break;
        found.escaped = true;
        if (!escape())
            return false;
    }
    found.bytes = {first, static_cast<std::size_t>(at_ - first)};
    if (!take('"'))
        return fail();
    if ((seen & every_byte(0x80)) != 0 && !is_utf8(found.bytes))
        return fail(json_fault::not_utf8);
    return true;
}

bool json_scan::escape() noexcept
{
    if (end_ - at_ < 2)
        return fail();
    const char kind = at_[1];
    at_ += 2;
    if (kind != 'u')
        return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos || fail();
    if (end_ - at_ < 4)
        return fail();
    for (int i = 0; i < 4; ++i)
        if (hex_value(*at_++) < 0)
            return fail();
    return true;
}

bool json_scan::number(std::string_view& found) noexcept
{
    const char* const first = at_;
    while (at_ != end_ && in_number(*at_))
        ++at_;
    found = {first, static_cast<std::size_t>(at_ - first)};
    return is_json_number(found) || fail();
}

bool json_scan::word(std::string_view expected) noexcept
{
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(expected))
        return fail();
    at_ += expected.size();
    return true;
}

bool json_scan::scalar() noexcept
{
    raw_string text;
    std::string_view digits;
    switch (peek()) {
    case '"': return string(text);
    case 't': return word("true");
    case 'f': return word("false");
    case 'n': return word("null");
    default: return number(digits);
    }
}

bool json_scan::skip_value() noexcept
{
    nesting around;
    do {
        const bool opens = peek() == '[' || peek() == '{';
        if (!(opens ? open(around) : scalar() && after_value(around)))
            return false;
    } while (around.depth > 0);
    return true;
}

// Enters an array or object, up to its first value; leaves it when there is none.
bool json_scan::open(nesting& around) noexcept
{
    if (around.depth == deepest)
        return fail(json_fault::too_deep);
    around.objects[around.depth++] = *at_++ == '{';
    skip_blanks();
    return peek() == around.closing() ? after_value(around) : name(around);
}

// The name and the colon, in an object.
bool json_scan::name(const nesting& around) noexcept
{
    if (!around.in_object())
        return true;
    raw_string ignored;
    if (!string(ignored))
        return false;
    skip_blanks();
    if (!take(':'))
        return fail();
    skip_blanks();
    return true;
}

// Leaves whatever ends behind a value, and goes to the next value if one must follow.
bool json_scan::after_value(nesting& around) noexcept
{
    while (around.depth > 0) {
        skip_blanks();
        if (take(around.closing())) {
            --around.depth;
            continue;
        }
        if (!take(','))
            return fail();
        skip_blanks();
        return name(around);
    }
    return true;
}

bool is_json(std::string_view text) noexcept
{
    json_scan scan(text);
    scan.skip_blanks();
    if (!scan.skip_value())
        return false;
    scan.skip_blanks();
    return scan.at_end();
}

char* unescape(std::string_view raw, char* to) noexcept
{
    const char* at = raw.data();
    const char* const end = at + raw.size();
    while (at != end) {
        const auto left = static_cast<std::size_t>(end - at);
        const void* const found = std::memchr(at, '\\', left);
        const auto plain = found ? static_cast<std::size_t>(static_cast<const char*>(found) - at) : left;
        std::memcpy(to, at, plain);
        to += plain;
        at += plain;
        if (at == end)
            break;
        const char kind = at[1];
        at += 2;
        if (kind == 'u')
            to = put_utf8(take_code(at, end), to);
        else
            *to++ = short_escape(kind);
    }
    return to;
}

}   // namespace rediserve::api::upstash
