// Commands on their way to Redis, already in their wire form.
#pragma once

#include "rediserve/base/buffer.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace rediserve::redis {

// One or more commands that are written to one connection contiguously, encoded as RESP arrays of bulk strings
// (Redis serialization protocol specification). Owns its bytes. Arguments may hold any bytes.
//
//     batch get = batch::of("GET", key);
//     batch put;
//     put.add("MULTI").add("EXISTS", key).add("SET", key, value).add("EXEC");
class batch
{
public:
    batch() = default;

    template <class... Arguments>
    static batch of(const Arguments&... arguments)
    {
        batch one;
        one.add(arguments...);
        return one;
    }

    // Appends a whole command. Arguments are texts or integers.
    template <class... Arguments>
    batch& add(const Arguments&... arguments)
    {
        current().prepare((room_for(arguments) + ... + header_room));
        begin(sizeof...(arguments));
        (argument(arguments), ...);
        return *this;
    }

    // Starts a command of exactly `count` arguments, name included; as many argument() calls must follow.
    batch& begin(std::size_t count);
    batch& argument(std::string_view bytes);
    batch& argument(std::integral auto number) { return argument_number(static_cast<std::int64_t>(number)); }
    // Takes a large argument over without copying it (a small one, or a second one, is copied). Never a command's name.
    batch& argument(payload&& bytes);

    // Appends command `index` of another batch, as a copy.
    batch& append(const batch& from, std::size_t index);

    // Gives everything back.
    void clear() noexcept;

    // How many commands, and so how many replies.
    std::size_t size() const noexcept { return starts_.empty() ? (head_.empty() ? 0 : 1) : starts_.size() + 1; }
    std::size_t bytes() const noexcept { return head_.size() + large_.size() + tail_.size(); }

    // The wire form: head() + large() + tail(). large() is empty unless a payload was taken over.
    std::string_view head() const noexcept { return head_.view(); }
    std::string_view large() const noexcept { return large_.view(); }
    std::string_view tail() const noexcept { return tail_.view(); }

    // Wire offsets at which command `index` begins and ends.
    std::size_t start(std::size_t index) const noexcept { return index == 0 ? 0 : starts_[index - 1]; }
    std::size_t end(std::size_t index) const noexcept { return index < starts_.size() ? starts_[index] : bytes(); }
    // How many commands begin before wire offset `offset`.
    std::size_t begun(std::size_t offset) const noexcept;
    // The contiguous bytes from wire offset `offset` on: the rest of head(), large() or tail(), whichever it is in.
    std::string_view from(std::size_t offset) const noexcept;
    // The first argument of command `index`, as the caller wrote it.
    std::string_view name(std::size_t index) const noexcept;
    // Puts all arguments of command `index`, name first, into `to` in place of what it held: views into the batch.
    void words(std::size_t index, std::vector<std::string_view>& to) const;

private:
    static constexpr std::size_t header_room = 24;   // `*` or `$`, digits of a length, line ends

    static std::size_t room_for(std::string_view bytes) noexcept { return bytes.size() + header_room; }
    static std::size_t room_for(std::integral auto) noexcept { return 2 * header_room; }

    buffer& current() noexcept { return large_.size() ? tail_ : head_; }
    batch& argument_number(std::int64_t number);
    std::size_t number_at(std::size_t& at) const noexcept;

    buffer head_;
    payload large_;
    buffer tail_;
    std::vector<std::size_t> starts_;   // of the second command and those after it
};

// Whether Redis runs all of `commands` or none: MULTI … EXEC, as everybody here writes it.
bool is_transaction(const batch& commands) noexcept;

}   // namespace rediserve::redis
