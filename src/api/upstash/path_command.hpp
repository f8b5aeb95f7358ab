// Commands in the URL: `/set/foo?EX=100`.
#pragma once

#include "api/upstash/command_list.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::upstash {

// Reads one command into `to`, which is empty: the segments of `path`, which is still percent-encoded and begins with its
// slash, `body` as it is unless it is empty, and the parameters of `query` but `_token`. Only POST and PUT have a body that
// counts. A percent sign that is not followed by two hexadecimal digits is one. A path without any segment makes a command
// that is refused.
void read_path_command(std::string_view path, std::string_view query, std::string_view body, command_list& to);

// The channels in what stands behind `/subscribe`: two in `/a/b`, none in `/`.
std::vector<std::string> channels(std::string_view path);

}   // namespace rediserve::api::upstash
