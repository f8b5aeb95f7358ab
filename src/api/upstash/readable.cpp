#include "api/upstash/readable.hpp"

#include "rediserve/base/bytes.hpp"

#include <cstddef>

namespace rediserve::api::upstash {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// How long a sequence that begins with `first` must be, if it is one.
constexpr std::size_t announced_length(char first) noexcept
{
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The length of the well-formed sequence at the beginning of `bytes`, or 0.
std::size_t sequence_length(std::string_view bytes) noexcept
{
    const std::size_t length = announced_length(bytes[0]);
    return length <= bytes.size() && is_utf8(bytes.substr(0, length)) ? length : 0;
}

void append_repaired(buffer& to, std::string_view bytes)
{
    std::size_t good = 0;
    while (good < bytes.size()) {
        const std::size_t length = sequence_length(bytes.substr(good));
        good += length;
        if (length != 0)
            continue;
        to.append(bytes.substr(0, good));
        to.append(replacement);
        bytes.remove_prefix(good + 1);
        good = 0;
    }
    to.append(bytes);
}

}   // namespace

void append_readable(buffer& to, std::string_view bytes)
{
    if (is_utf8(bytes))
        to.append(bytes);
    else
        append_repaired(to, bytes);
}

void append_readable_json(buffer& to, std::string_view bytes)
{
    if (is_utf8(bytes))
        return append_json_string(to, bytes);
    buffer repaired;
    append_repaired(repaired, bytes);
    append_json_string(to, repaired.view());
}

}   // namespace rediserve::api::upstash
