// The options behind the question mark.
#pragma once

#include "rediserve/base/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::keys {

enum class option_kind : std::uint8_t {
    flag,       // stands alone: ?nx
    value,      // ?ttl=60
    repeated,   // ?key=a&key=b
};

struct known_option
{
    std::string_view name;
    option_kind kind;
};

// The options of one request, decoded.
class query
{
public:
    // errc::bad_request: bad percent-encoding, an option that is not `known` (the text names the nearest), one given twice,
    // a flag with a value, a value that is missing.
    static result<query> read(std::string_view text, std::span<const known_option> known);

    bool has(std::string_view name) const noexcept { return find(name).has_value(); }
    // The (first) value.
    std::optional<std::string_view> find(std::string_view name) const noexcept;
    // All values of a repeated option, in their order.
    std::vector<std::string_view> all(std::string_view name) const;
    std::size_t size() const noexcept { return options_.size(); }

private:
    struct option
    {
        std::string_view name;   // of the known_option
        std::string value;
    };

    result<void> add(std::string_view part, std::span<const known_option> known);

    std::vector<option> options_;
};

// "30s", "500ms", "2m", "1h", and seconds without a unit; at most a day. nullopt: it is no such time.
std::optional<std::chrono::milliseconds> read_time(std::string_view text) noexcept;

// The name in `known` that was probably meant by `name`, or an empty one.
std::string_view nearest(std::string_view name, std::span<const known_option> known);

}   // namespace rediserve::api::keys
