// Commands in the MessagePack or CBOR body of a request, without a document being built.
#pragma once

#include "api/upstash/command_list.hpp"
#include "api/upstash/json_commands.hpp"
#include "api/upstash/typed_writer.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace rediserve::api::upstash {

// What a Content-Type announces, unless that is JSON or nothing known.
std::optional<notation> packed_notation(std::string_view content_type) noexcept;

// As read_json_commands(). Strings arrive as the bytes that they are, of text as of byte strings; numbers in the fewest
// digits that read back as the same.
std::optional<std::string_view> read_packed_commands(
    std::string_view body, notation in, form shape, std::size_t most_commands, command_list& to
);

}   // namespace rediserve::api::upstash
