// What Redis answered, as a view: valid only while the callback that received it runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

struct redisReply;   // hiredis'

namespace rediserve::redis {

enum class reply_kind : std::uint8_t { string, array, integer, nil, status, error, push, other };

// Does not own. Copy it freely, keep it never. Shapes are RESP2's.
class reply_view
{
public:
    reply_view() noexcept = default;
    explicit reply_view(const redisReply* reply) noexcept : reply_(reply) {}

    reply_kind kind() const noexcept;
    bool is_nil() const noexcept { return kind() == reply_kind::nil; }
    // Whether it is the nil that stands for an array (`*-1`).
    bool is_nil_array() const noexcept;
    bool is_error() const noexcept { return kind() == reply_kind::error; }
    bool is_string() const noexcept { return kind() == reply_kind::string; }
    bool is_array() const noexcept { return kind() == reply_kind::array; }
    bool is_integer() const noexcept { return kind() == reply_kind::integer; }

    // The bytes of a string, status or error; empty for other kinds.
    std::string_view text() const noexcept;
    // The value of an integer; 0 for other kinds.
    std::int64_t integer() const noexcept;
    // Elements of an array or a push; 0 for other kinds.
    std::size_t size() const noexcept;
    reply_view operator[](std::size_t index) const noexcept;

    // Whether this is an error whose first word is `word`, e.g. "WRONGTYPE".
    bool is_error(std::string_view word) const noexcept;

    // Whether this error is none of Redis': it stands for a reply larger than submit_options::most_reply. The command has run.
    bool is_oversized() const noexcept;

    // What the connection writes into the `integer` of such a nil, and of such an error, as hiredis has no room for it.
    static constexpr long long nil_array_mark = 1;
    static constexpr long long oversized_mark = 2;

private:
    friend class reply_tree;

    const redisReply* reply_ = nullptr;
};

}   // namespace rediserve::redis
