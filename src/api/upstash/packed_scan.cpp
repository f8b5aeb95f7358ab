#include "api/upstash/packed_scan.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace rediserve::api::upstash {

namespace {

using kind = packed_item::kind;

packed_item boolean(bool truth) noexcept
{
    packed_item made{.is = kind::boolean};
    made.truth = truth;
    return made;
}

packed_item integer(std::uint64_t magnitude, bool negative) noexcept
{
    packed_item made{.is = kind::integer, .negative = negative};
    made.magnitude = magnitude;
    return made;
}

packed_item number(kind is, double value) noexcept
{
    packed_item made{.is = is};
    made.value = value;
    return made;
}

// RFC 8949, appendix D.
double from_half(std::uint64_t bits) noexcept
{
    const auto exponent = static_cast<int>(bits >> 10U & 0x1FU);
    const auto fraction = static_cast<double>(bits & 0x3FFU);
    double value = 0;
    if (exponent == 0)
        value = std::ldexp(fraction, -24);
    else if (exponent < 31)
        value = std::ldexp(fraction + 1024, exponent - 25);
    else
        value = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    return (bits & 0x8000U) != 0 ? -value : value;
}

}   // namespace

// ---- both ----------------------------------------------------------------------------------------------------------

// An integer in network order.
bool packed_scan::take(std::size_t size, std::uint64_t& to) noexcept
{
    if (rest_.size() < size)
        return false;
    to = 0;
    for (const char byte : rest_.substr(0, size))
        to = to << 8U | static_cast<unsigned char>(byte);
    rest_.remove_prefix(size);
    return true;
}

packed_item packed_scan::string(std::uint64_t size) noexcept
{
    if (size > rest_.size())
        return {};
    packed_item made{.is = kind::bytes};
    made.bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return made;
}

// Whoever announces more items than there are bytes has cut them off.
packed_item packed_scan::holder(kind is, std::uint64_t count, unsigned each) const noexcept
{
    if (count > rest_.size())
        return {};
    packed_item made{.is = is};
    made.items = count * each;
    return made;
}

packed_item packed_scan::floating(std::size_t width) noexcept
{
    std::uint64_t bits = 0;
    if (!take(width, bits))
        return {};
    if (width == 2)
        return number(kind::single, from_half(bits));
    if (width == 4)
        return number(kind::single, std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    return number(kind::number, std::bit_cast<double>(bits));
}

// ---- MessagePack ---------------------------------------------------------------------------------------------------

packed_item packed_scan::next_msgpack() noexcept
{
    std::uint64_t first = 0;
    if (!take(1, first))
        return {};
    const auto code = static_cast<unsigned char>(first);
    if (code < 0x80)
        return integer(code, false);
    if (code < 0x90)
        return holder(kind::unsupported, code & 0x0FU, 2);
    if (code < 0xA0)
        return holder(kind::array, code & 0x0FU, 1);
    if (code < 0xC0)
        return string(code & 0x1FU);
    if (code >= 0xE0)
        return integer(0x100U - code, true);
    return next_wide_msgpack(code);
}

packed_item packed_scan::next_wide_msgpack(unsigned char code) noexcept
{
    const auto width = [code](unsigned char first) { return std::size_t{1} << static_cast<unsigned>(code - first); };
    switch (code) {
    case 0xC0: return {.is = kind::nil};
    case 0xC2: return boolean(false);
    case 0xC3: return boolean(true);
    case 0xC4:
    case 0xC5:
    case 0xC6: return sized_string(width(0xC4), 0);
    case 0xC7:
    case 0xC8:
    case 0xC9: return sized_string(width(0xC7), 1);
    case 0xCA: return floating(4);
    case 0xCB: return floating(8);
    case 0xCC:
    case 0xCD:
    case 0xCE:
    case 0xCF: return whole(width(0xCC), false);
    case 0xD0:
    case 0xD1:
    case 0xD2:
    case 0xD3: return whole(width(0xD0), true);
    case 0xD4:
    case 0xD5:
    case 0xD6:
    case 0xD7:
    case 0xD8: {
        const bool there = string(width(0xD4) + 1).is == kind::bytes;
        return {.is = there ? kind::unsupported : kind::bad};
    }
    case 0xD9:
    case 0xDA:
    case 0xDB: return sized_string(width(0xD9), 0);
    case 0xDC: return sized_holder(kind::array, 2, 1);
    case 0xDD: return sized_holder(kind::array, 4, 1);
    case 0xDE: return sized_holder(kind::unsupported, 2, 2);
    case 0xDF: return sized_holder(kind::unsupported, 4, 2);
    default: return {};
    }
}

// With `before` bytes more, which say what it is, it is of a type of somebody's own.
packed_item packed_scan::sized_string(std::size_t width, std::size_t before) noexcept
{
    std::uint64_t size = 0;
    if (!take(width, size))
        return {};
    packed_item made = string(size + before);
    if (before > 0 && made.is == kind::bytes)
        made.is = kind::unsupported;
    return made;
}

packed_item packed_scan::sized_holder(kind is, std::size_t width, unsigned each) noexcept
{
    std::uint64_t count = 0;
    return take(width, count) ? holder(is, count, each) : packed_item();
}

packed_item packed_scan::whole(std::size_t width, bool is_signed) noexcept
{
    std::uint64_t bits = 0;
    if (!take(width, bits))
        return {};
    const bool negative = is_signed && (bits >> (width * 8 - 1)) != 0;
    if (!negative)
        return integer(bits, false);
    const std::uint64_t all = std::numeric_limits<std::uint64_t>::max() >> (64 - width * 8);
    return integer((~bits & all) + 1, true);
}

// ---- CBOR (RFC 8949, 3) --------------------------------------------------------------------------------------------

packed_item packed_scan::next_cbor() noexcept
{
    std::uint64_t first = 0;
    if (!take(1, first))
        return {};
    const auto major = static_cast<unsigned>(first >> 5U);
    const auto how = static_cast<unsigned>(first & 0x1FU);
    if (major == 7)
        return cbor_simple(how);
    std::uint64_t argument = how;
    if (how > 27)   // reserved, or of a size that nobody knows yet
        return {};
    if (how >= 24 && !take(std::size_t{1} << (how - 24), argument))
        return {};
    switch (major) {
    case 0: return integer(argument, false);
    case 1:
        if (argument == std::numeric_limits<std::uint64_t>::max())
            return {.is = kind::unsupported};
        return integer(argument + 1, true);
    case 2:
    case 3: return string(argument);
    case 4: return holder(kind::array, argument, 1);
    case 5: return holder(kind::unsupported, argument, 2);
    default: return cbor_tagged(argument);
    }
}

// An array of bytes (RFC 8746) is what encoders make of JavaScript's Uint8Array. All other tags say that something is not
// what it looks like.
packed_item packed_scan::cbor_tagged(std::uint64_t tag) noexcept
{
    constexpr std::uint64_t bytes = 64;
    constexpr unsigned char byte_strings = 0x40;
    constexpr unsigned char major_of = 0xE0;
    if (rest_.empty())
        return {};
    if (tag == bytes && (static_cast<unsigned char>(rest_[0]) & major_of) == byte_strings)
        return next_cbor();
    return holder(kind::unsupported, 1, 1);
}

packed_item packed_scan::cbor_simple(unsigned how) noexcept
{
    std::uint64_t ignored = 0;
    switch (how) {
    case 20: return boolean(false);
    case 21: return boolean(true);
    case 22: return {.is = kind::nil};
    case 24: return {.is = take(1, ignored) ? kind::unsupported : kind::bad};
    case 25: return floating(2);
    case 26: return floating(4);
    case 27: return floating(8);
    default: return {.is = how < 24 ? kind::unsupported : kind::bad};
    }
}

}   // namespace rediserve::api::upstash
