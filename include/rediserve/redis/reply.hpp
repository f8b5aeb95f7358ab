// What Redis answered, as a view: valid only while the callback that received it runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

struct redisReply;   // hiredis'

namespace rediserve::redis {

// Those behind error come from connections that speak RESP3 only (backend::in_resp3()).
enum class reply_kind : std::uint8_t {
    string,
    array,
    integer,
    nil,
    status,
    error,
    map,   // its elements are key, value, key, value, …
    set,
    number,   // a double
    boolean,
    big_number,
    verbatim,
    push,         // what RESP3 tells unasked
    attributed,   // attributes() and the value() that they were sent with
    other,
};

// Does not own. Copy it freely, keep it never.
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

    // The bytes of a string, verbatim string, status or error; the digits of a big number, and a double as Redis has written
    // it; empty for other kinds.
    std::string_view text() const noexcept;
    // What a verbatim string is: three letters, "txt" or "mkd"; empty for other kinds.
    std::string_view text_format() const noexcept;
    // The value of a double; 0 for other kinds.
    double number() const noexcept;
    // The value of a boolean; false for other kinds.
    bool boolean() const noexcept;
    // The value of an integer; 0 for other kinds.
    std::int64_t integer() const noexcept;
    // Elements of an array, set or push, and of a map, twice its pairs; 0 for other kinds.
    std::size_t size() const noexcept;
    reply_view operator[](std::size_t index) const noexcept;
    // A map of what Redis says beside a value; empty, of kind `other`, for other kinds.
    reply_view attributes() const noexcept;
    // What it is without its attributes: itself for other kinds.
    reply_view value() const noexcept;

    // Whether this is an error whose first word is `word`, e.g. "WRONGTYPE".
    bool is_error(std::string_view word) const noexcept;

    // Whether this error is none of Redis': it stands for a reply larger than submit_options::most_reply. The command has run.
    bool is_oversized() const noexcept;

    // What the connection writes into the `integer` of such a nil, of such an error, and of the array of two that holds
    // attributes and a value, as hiredis has no room for it.
    static constexpr long long nil_array_mark = 1;
    static constexpr long long oversized_mark = 2;
    static constexpr long long attributed_mark = 3;

private:
    friend class reply_tree;

    const redisReply* reply_ = nullptr;
};

}   // namespace rediserve::redis
