// Replies that name keys: who may use only some is not told of the others.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rediserve::api::upstash {

// Where a reply names keys that the command did not.
enum class key_names : std::uint8_t {
    none,
    all,       // KEYS: every element
    of_page,   // SCAN: those of its second element
};

// `words` is a command, name first; not empty.
key_names key_names_of(std::span<const std::string_view> words) noexcept;

}   // namespace rediserve::api::upstash
