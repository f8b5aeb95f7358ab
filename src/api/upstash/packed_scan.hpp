// Walks over the items of a MessagePack or CBOR document. No recursion, no copies, and nothing is believed about a size that
// the document is too short for.
#pragma once

#include "api/upstash/typed_writer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rediserve::api::upstash {

struct packed_item
{
    enum class kind : std::uint8_t {
        bad,     // the document is cut off, or none
        bytes,   // text or byte string
        integer,
        number,
        single,   // a number of 32 bits or less
        boolean,
        nil,
        array,         // its elements follow, `items` of them
        unsupported,   // anything else; `items` that belong to it follow
    };

    kind is = kind::bad;
    bool negative = false;         // of an integer
    bool truth = false;            // of a boolean
    double value = 0;              // of a number
    std::uint64_t magnitude = 0;   // of an integer
    std::uint64_t items = 0;
    std::string_view bytes = {};   // a view into the document
};

class packed_scan
{
public:
    packed_scan(std::string_view document, notation in) noexcept : rest_(document), in_(in) {}

    bool at_end() const noexcept { return rest_.empty(); }
    packed_item next() noexcept { return in_ == notation::cbor ? next_cbor() : next_msgpack(); }

private:
    using kind = packed_item::kind;

    packed_item next_msgpack() noexcept;
    packed_item next_wide_msgpack(unsigned char code) noexcept;
    packed_item next_cbor() noexcept;
    packed_item cbor_tagged(std::uint64_t tag) noexcept;
    packed_item cbor_simple(unsigned how) noexcept;

    bool take(std::size_t size, std::uint64_t& to) noexcept;
    packed_item string(std::uint64_t size) noexcept;
    packed_item sized_string(std::size_t width, std::size_t before) noexcept;
    packed_item holder(kind is, std::uint64_t count, unsigned each) const noexcept;
    packed_item sized_holder(kind is, std::size_t width, unsigned each) noexcept;
    packed_item whole(std::size_t width, bool is_signed) noexcept;
    packed_item floating(std::size_t width) noexcept;

    std::string_view rest_;
    notation in_;
};

}   // namespace rediserve::api::upstash
