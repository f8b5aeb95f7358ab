// What clients write into paths and queries, taken as it can be meant: a percent sign that is not followed by two hexadecimal
// digits is one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rediserve::api {

enum class plus : bool { is_itself, is_blank };

bool has_escapes(std::string_view text, plus meaning) noexcept;
// Writes what `text` says to `to`, which has room for as many bytes as `text` has. Returns the end of what was written.
char* decode(std::string_view text, plus meaning, char* to) noexcept;
// A view into `text`, or into `scratch` when there is something to decode.
std::string_view decoded(std::string_view text, plus meaning, std::string& scratch);

// The (first) `_token` in `query`, decoded: a view into `query`, or into `scratch` when there was something to decode.
std::optional<std::string_view> query_token(std::string_view query, std::string& scratch);

}   // namespace rediserve::api
