#include "rediserve/base/bytes.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace rediserve {

namespace {

constexpr char hex_digits[] = "0123456789ABCDEF";

constexpr std::array<std::int8_t, 256> hex_values = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < 10; ++i)
        table['0' + i] = static_cast<std::int8_t>(i);
    for (std::size_t i = 0; i < 6; ++i) {
        table['a' + i] = static_cast<std::int8_t>(10 + i);
        table['A' + i] = static_cast<std::int8_t>(10 + i);
    }
    return table;
}();

std::optional<std::string> decode(std::string_view text, bool plus_is_space)
{
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (text.size() - i < 3)
                return std::nullopt;
            const int high = hex_values[static_cast<unsigned char>(text[i + 1])];
            const int low = hex_values[static_cast<unsigned char>(text[i + 2])];
            if (high < 0 || low < 0)
                return std::nullopt;
            decoded.push_back(static_cast<char>(high * 16 + low));
            i += 2;
        } else {
            decoded.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
        }
    }
    return decoded;
}

constexpr bool is_unreserved(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
        || c == '_' || c == '~';
}

constexpr char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> base64_values = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < 64; ++i)
        table[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::int8_t>(i);
    return table;
}();

constexpr std::array<std::int8_t, 256> base64url_values = [] {
    std::array<std::int8_t, 256> table = base64_values;
    table['+'] = table['/'] = -1;
    table['-'] = 62;
    table['_'] = 63;
    return table;
}();

// Digits of six bits each, without padding.
std::optional<std::string> decode_digits(std::string_view digits, const std::array<std::int8_t, 256>& values)
{
    std::string bytes;
    bytes.reserve(digits.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char digit : digits) {
        const int value = values[static_cast<unsigned char>(digit)];
        if (value < 0)
            return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes.push_back(static_cast<char>(bits >> held & 0xFF));
        }
    }
    // Canonical: the bits left over are zero.
    if (held > 0 && (bits & ((1u << held) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

constexpr std::uint64_t every_byte(std::uint64_t byte) noexcept
{
    return byte * 0x0101010101010101u;
}

std::uint64_t load8(const char* from) noexcept
{
    std::uint64_t word;
    std::memcpy(&word, from, sizeof word);
    return word;
}

// The length of the well-formed sequence at `at` (Unicode 15, table 3-7), or 0.
std::size_t sequence_length(std::string_view bytes, std::size_t at) noexcept
{
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
    const auto continues = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return at + i < bytes.size() && byte(i) >= low && byte(i) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    if (first < 0xE0)
        return continues(1) ? 2 : 0;
    if (first < 0xF0) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = first == 0xED ? 0x9F : 0xBF;
        return continues(1, low, high) && continues(2) ? 3 : 0;
    }
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
}

// How many bytes at the start of `text` stand in a JSON string as they are. Eight at a time: a byte needs an escape
// when it is below 0x20, a quote or a backslash; for bytes of 0x80 and above the tests are masked off.
std::size_t plain_prefix(std::string_view text) noexcept
{
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        const std::uint64_t word = load8(text.data() + i);
        const std::uint64_t quote = word ^ every_byte('"');
        const std::uint64_t backslash = word ^ every_byte('\\');
        const std::uint64_t below = (word - every_byte(0x20)) | (quote - every_byte(1)) | (backslash - every_byte(1));
        if (below & ~word & every_byte(0x80))
            break;
    }
    while (i < text.size() && static_cast<unsigned char>(text[i]) >= 0x20 && text[i] != '"' && text[i] != '\\')
        ++i;
    return i;
}

void append_escape(buffer& to, char c)
{
    switch (c) {
    case '"': to.append("\\\""); break;
    case '\\': to.append("\\\\"); break;
    case '\b': to.append("\\b"); break;
    case '\f': to.append("\\f"); break;
    case '\n': to.append("\\n"); break;
    case '\r': to.append("\\r"); break;
    case '\t': to.append("\\t"); break;
    default: {
        const auto code = static_cast<unsigned char>(c);
        const char escape[] = {'\\', 'u', '0', '0', hex_digits[code >> 4], hex_digits[code & 15]};
        to.append(std::string_view(escape, sizeof escape));
    }
    }
}

}   // namespace

std::optional<std::string> percent_decode(std::string_view text)
{
    return decode(text, false);
}

std::optional<std::string> form_decode(std::string_view text)
{
    return decode(text, true);
}

std::string percent_encode(std::string_view bytes)
{
    std::string encoded;
    encoded.reserve(bytes.size());
    for (const char c : bytes) {
        if (is_unreserved(c)) {
            encoded.push_back(c);
        } else {
            const auto code = static_cast<unsigned char>(c);
            encoded.push_back('%');
            encoded.push_back(hex_digits[code >> 4]);
            encoded.push_back(hex_digits[code & 15]);
        }
    }
    return encoded;
}

// Two digits for each value of twelve bits: half the look-ups.
constexpr std::array<std::array<char, 2>, 4096> make_base64_pairs() noexcept
{
    std::array<std::array<char, 2>, 4096> pairs{};
    for (std::size_t value = 0; value < pairs.size(); ++value)
        pairs[value] = {base64_digits[value >> 6], base64_digits[value & 63]};
    return pairs;
}

constexpr auto base64_pairs = make_base64_pairs();

// Four digits of three bytes.
void put_base64(char* to, unsigned triple) noexcept
{
    std::memcpy(to, base64_pairs[triple >> 12].data(), 2);
    std::memcpy(to + 2, base64_pairs[triple & 0xFFF].data(), 2);
}

// Eight digits of six bytes, of eight that can be read.
void put_six_as_base64(char* to, const char* from) noexcept
{
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from, sizeof(bytes));
    if constexpr (std::endian::native == std::endian::little)
        bytes = __builtin_bswap64(bytes);
    const auto put = [&](std::size_t pair, int shift) {
        std::memcpy(to + 2 * pair, base64_pairs[bytes >> shift & 0xFFF].data(), 2);
    };
    put(0, 52);
    put(1, 40);
    put(2, 28);
    put(3, 16);
}

void append_base64(buffer& to, std::string_view bytes)
{
    const std::size_t length = (bytes.size() + 2) / 3 * 4;
    char* out = to.prepare(length);
    std::size_t left = bytes.size();
    const char* in = bytes.data();
    const auto byte = [&in](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(in[i])); };
    for (; left >= sizeof(std::uint64_t); left -= 6, in += 6, out += 8)
        put_six_as_base64(out, in);
    for (; left >= 3; left -= 3, in += 3, out += 4)
        put_base64(out, byte(0) << 16 | byte(1) << 8 | byte(2));
    if (left > 0) {
        put_base64(out, byte(0) << 16 | (left == 2 ? byte(1) << 8 : 0));
        out[3] = '=';
        if (left == 1)
            out[2] = '=';
    }
    to.commit(length);
}

std::optional<std::string> base64_decode(std::string_view text)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    return decode_digits(text.substr(0, text.size() - padding), base64_values);
}

std::optional<std::string> base64url_decode(std::string_view text)
{
    if (text.size() % 4 == 1)
        return std::nullopt;
    return decode_digits(text, base64url_values);
}

bool is_utf8(std::string_view bytes) noexcept
{
    std::size_t i = 0;
    while (i < bytes.size()) {
        while (i + 8 <= bytes.size() && (load8(bytes.data() + i) & every_byte(0x80)) == 0)
            i += 8;
        if (i == bytes.size())
            return true;
        const std::size_t length = sequence_length(bytes, i);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

void append_json_string(buffer& to, std::string_view text)
{
    to.prepare(text.size() + 2);
    to.append('"');
    for (;;) {
        const std::size_t plain = plain_prefix(text);
        to.append(text.substr(0, plain));
        if (plain == text.size())
            break;
        append_escape(to, text[plain]);
        text.remove_prefix(plain + 1);
    }
    to.append('"');
}

bool iequals(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (to_lower(a[i]) != to_lower(b[i]))
            return false;
    return true;
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept
{
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc() || stop != end || text.empty())
        return std::nullopt;
    return value;
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept
{
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc() || stop == text.data())
        return std::nullopt;
    unsigned shift = 0;
    if (stop != end) {
        switch (*stop) {
        case 'k':
        case 'K': shift = 10; break;
        case 'm':
        case 'M': shift = 20; break;
        case 'g':
        case 'G': shift = 30; break;
        default: return std::nullopt;
        }
        if (stop + 1 != end)
            return std::nullopt;
    }
    if (value > std::numeric_limits<std::uint64_t>::max() >> shift)
        return std::nullopt;
    return value << shift;
}

}   // namespace rediserve
