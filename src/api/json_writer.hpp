// Bytes as JSON, straight into the output buffer: text where they are UTF-8, base64 with a marker where they are not.
#pragma once

#include "rediserve/base/buffer.hpp"

#include <cstdint>
#include <string_view>

namespace rediserve::api {

enum class encoding : std::uint8_t { text, base64 };

inline constexpr std::string_view base64_marker = ",\"encoding\":\"base64\"";

encoding encoding_of(std::string_view bytes) noexcept;

// One JSON string. As text, `bytes` must be UTF-8.
void append_string(buffer& to, std::string_view bytes, encoding as);

// `"key":"…"`, and behind it `,"key_encoding":"base64"` for a key that is not UTF-8.
void append_key_member(buffer& to, std::string_view key);

// A list's element for a key: `"…"`, or `{"base64":"…"}`.
void append_key_element(buffer& to, std::string_view key);

// The shortest number that reads back as the same double; `"inf"`, `"-inf"` and `"nan"`, which JSON numbers cannot say.
void append_double(buffer& to, double number);

// Milliseconds as seconds: 60500 → 60.5.
void append_seconds(buffer& to, std::int64_t milliseconds);

// Whether `text` is a number as JSON writes it (RFC 8259, 6).
bool is_json_number(std::string_view text) noexcept;

}   // namespace rediserve::api
