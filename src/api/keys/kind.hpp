// The types of values that Redis has of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rediserve::api::keys {

enum class kind : std::uint8_t { string, hash, list, set, zset, stream };

// As TYPE says it: "zset".
std::string_view name(kind of) noexcept;

// nullopt: a type of a module.
std::optional<kind> kind_of(std::string_view type) noexcept;

// The resource that is inside a collection: "fields" of a hash.
std::string_view parts(kind of) noexcept;

// The options that ask there for a first page: "count=1000".
std::string_view first_page(kind of) noexcept;

}   // namespace rediserve::api::keys
