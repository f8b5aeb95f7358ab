#include "api/upstash/typed_writer.hpp"

#include "api/json_writer.hpp"
#include "rediserve/base/bytes.hpp"

#include <bit>
#include <limits>

namespace rediserve::api::upstash {

namespace {

// Major types of CBOR (RFC 8949, 3.1).
constexpr unsigned cbor_unsigned = 0;
constexpr unsigned cbor_negative = 1;
constexpr unsigned cbor_bytes = 2;
constexpr unsigned cbor_text = 3;
constexpr unsigned cbor_array = 4;
constexpr unsigned cbor_map = 5;

constexpr std::size_t byte_bits = 8;

// How many bytes, of 1, 2, 4 or 8, hold `value`; as a power of two.
constexpr unsigned width_of(std::uint64_t value) noexcept
{
    return value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFFFFFF ? 2 : 3;
}

}   // namespace

void typed_writer::nil()
{
    to_.append(in_ == notation::json ? "null" : in_ == notation::msgpack ? "\xC0" : "\xF6");
}

void typed_writer::boolean(bool value)
{
    if (in_ == notation::json)
        return to_.append(value ? "true" : "false");
    const unsigned char no = in_ == notation::msgpack ? 0xC2 : 0xF4;
    to_.append(static_cast<char>(no + (value ? 1 : 0)));
}

void typed_writer::integer(std::int64_t value)
{
    constexpr std::int64_t safe = (std::int64_t{1} << 53) - 1;
    if (in_ == notation::msgpack)
        return msgpack_integer(value);
    if (in_ == notation::cbor) {
        const auto bits = static_cast<std::uint64_t>(value);
        return value < 0 ? cbor_head(cbor_negative, ~bits) : cbor_head(cbor_unsigned, bits);
    }
    const bool exact = value >= -safe && value <= safe;
    if (!exact)
        to_.append('"');
    to_.append_number(value);
    if (!exact)
        to_.append('"');
}

void typed_writer::number(double value)
{
    if (in_ == notation::json)
        return append_double(to_, value);
    to_.append(in_ == notation::msgpack ? '\xCB' : '\xFB');
    big_endian(std::bit_cast<std::uint64_t>(value), sizeof(value));
}

void typed_writer::string(std::string_view bytes)
{
    const bool is_text = is_utf8(bytes);
    if (in_ == notation::msgpack)
        return msgpack_string(bytes, is_text);
    if (in_ == notation::cbor) {
        cbor_head(is_text ? cbor_text : cbor_bytes, bytes.size());
        return to_.append(bytes);
    }
    if (is_text)
        return append_json_string(to_, bytes);
    to_.append("{\"$b64\":\"");
    append_base64(to_, bytes);
    to_.append("\"}");
}

void typed_writer::begin_array(std::size_t elements)
{
    if (in_ == notation::json)
        to_.append('[');
    else if (in_ == notation::msgpack)
        msgpack_head(0x90, 16, 0xDC, elements);
    else
        cbor_head(cbor_array, elements);
}

void typed_writer::begin_object(std::size_t members)
{
    if (in_ == notation::json)
        to_.append('{');
    else if (in_ == notation::msgpack)
        msgpack_head(0x80, 16, 0xDE, members);
    else
        cbor_head(cbor_map, members);
}

void typed_writer::member(std::size_t index, std::string_view name)
{
    next(index);
    string(name);
    if (in_ == notation::json)
        to_.append(':');
}

void typed_writer::big_endian(std::uint64_t value, std::size_t bytes)
{
    while (bytes-- > 0)
        to_.append(static_cast<char>(value >> (bytes * byte_bits)));
}

// ---- MessagePack ---------------------------------------------------------------------------------------------------

// Sizes below `below` are part of `small`; `wide` stands before two bytes, and the code behind it before four.
void typed_writer::msgpack_head(unsigned char small, std::size_t below, unsigned char wide, std::size_t size)
{
    if (size < below)
        return to_.append(static_cast<char>(small | size));
    const bool short_size = size <= std::numeric_limits<std::uint16_t>::max();
    to_.append(static_cast<char>(short_size ? wide : wide + 1));
    big_endian(size, short_size ? 2 : 4);
}

void typed_writer::msgpack_string(std::string_view bytes, bool is_text)
{
    if (is_text && bytes.size() < 32) {
        to_.append(static_cast<char>(0xA0 | bytes.size()));
    } else {
        const unsigned width = width_of(bytes.size());
        to_.append(static_cast<char>((is_text ? 0xD9 : 0xC4) + width));
        big_endian(bytes.size(), std::size_t{1} << width);
    }
    to_.append(bytes);
}

void typed_writer::msgpack_integer(std::int64_t value)
{
    if (value >= -32 && value < 128)
        return to_.append(static_cast<char>(value));
    const auto bits = static_cast<std::uint64_t>(value);
    if (value >= 0) {
        const unsigned width = width_of(bits);
        to_.append(static_cast<char>(0xCC + width));
        return big_endian(bits, std::size_t{1} << width);
    }
    const unsigned width = width_of(2 * ~bits + 1);   // with room for the sign
    to_.append(static_cast<char>(0xD0 + width));
    big_endian(bits, std::size_t{1} << width);
}

// ---- CBOR ----------------------------------------------------------------------------------------------------------

void typed_writer::cbor_head(unsigned major, std::uint64_t argument)
{
    constexpr std::uint64_t first_wide = 24;
    const unsigned kind = major << 5U;
    if (argument < first_wide)
        return to_.append(static_cast<char>(kind | argument));
    const unsigned width = width_of(argument);
    to_.append(static_cast<char>(kind | (first_wide + width)));
    big_endian(argument, std::size_t{1} << width);
}

}   // namespace rediserve::api::upstash
