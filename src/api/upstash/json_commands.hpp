// Commands in a JSON body: `["GET","k"]`, or `[["GET","k"],["INCR","n"]]`.
#pragma once

#include "api/upstash/command_list.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rediserve::api::upstash {

enum class form : std::uint8_t {
    single,   // one command
    many,     // an array of commands: a pipeline, a transaction
};

// Reads the commands in `body` into `to`, which is empty. Strings arrive unescaped, numbers and booleans as they are
// written, and `{"$b64":"…"}`, which is an addition of ours, as the bytes it stands for.
//
// Returns the text of the error that refuses the request as a whole (it lives as long as the words), or nothing. A command
// among many whose arguments cannot be sent is refused in the list, and the others stand.
std::optional<std::string_view> read_json_commands(
    std::string_view body, form shape, std::size_t most_commands, command_list& to
);

}   // namespace rediserve::api::upstash
