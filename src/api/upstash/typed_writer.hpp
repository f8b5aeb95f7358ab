// The values of typed replies as JSON, MessagePack or CBOR, one after the other.
#pragma once

#include "rediserve/base/buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rediserve::api::upstash {

enum class notation : std::uint8_t { json, msgpack, cbor };

// Whoever writes an array or object announces it with its size and calls next() before each element, or member() in the
// place of next() and of the name.
class typed_writer
{
public:
    typed_writer(buffer& to, notation in) noexcept : to_(to), in_(in) {}

    void nil();
    void boolean(bool value);
    // In JSON a string where JavaScript would lose digits: beyond 2^53 - 1.
    void integer(std::int64_t value);
    // In JSON "inf", "-inf" and "nan" are strings.
    void number(double value);
    // Text where it is UTF-8. What is not is {"$b64":"…"} in JSON, else a byte string.
    void string(std::string_view bytes);

    void begin_array(std::size_t elements);
    void end_array() { close(']'); }
    void begin_object(std::size_t members);
    void end_object() { close('}'); }

    // Before element `index`.
    void next(std::size_t index)
    {
        if (in_ == notation::json && index > 0)
            to_.append(',');
    }
    // The name of member `index`, which must be UTF-8.
    void member(std::size_t index, std::string_view name);

private:
    void close(char with)
    {
        if (in_ == notation::json)
            to_.append(with);
    }
    void big_endian(std::uint64_t value, std::size_t bytes);
    void msgpack_head(unsigned char small, std::size_t below, unsigned char wide, std::size_t size);
    void msgpack_string(std::string_view bytes, bool is_text);
    void msgpack_integer(std::int64_t value);
    void cbor_head(unsigned major, std::uint64_t argument);

    buffer& to_;
    notation in_;
};

}   // namespace rediserve::api::upstash
