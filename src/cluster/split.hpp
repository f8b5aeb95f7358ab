// Commands with keys in several slots that can be run as one command for each slot: MGET, MSET, DEL, UNLINK, EXISTS and TOUCH.
// Each part is atomic, the whole is not. Others, such as MSETNX, would not be what they are in parts.
#pragma once

#include "rediserve/redis/command.hpp"
#include "rediserve/redis/reply_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace rediserve::cluster {

class split
{
public:
    struct part
    {
        std::uint16_t slot;
        std::uint32_t begin;   // of its keys in the order of slots
        std::uint32_t count;
    };

    // Whether the command `name`, in any case, can be split at all.
    static bool possible(std::string_view name) noexcept;
    // Of a command, name first. nullopt: it cannot be split, or its words are not as many as it needs, which Redis is to say.
    static std::optional<split> of(std::span<const std::string_view> words);

    // Ordered by slot, each slot once; one part only: there is nothing to split.
    std::span<const part> parts() const noexcept { return parts_; }
    // Which keys are in `one`, 0 being the first of the command, in their order.
    std::size_t key(const part& one, std::size_t index) const noexcept;
    std::size_t keys() const noexcept { return keys_.size(); }

    // Appends the command for `one`; `words` are those that this was made of.
    void add(const part& one, std::span<const std::string_view> words, redis::batch& to) const;
    // Joins the replies, one for each part, in their order. The first error among them is the outcome.
    redis::reply_tree join(std::vector<redis::reply_tree>&& replies) const;

private:
    struct command;

    redis::reply_tree values(std::vector<redis::reply_tree>&& replies) const;

    const command* what_ = nullptr;
    std::vector<std::uint64_t> keys_;   // slot and number of each key, ordered by both
    std::vector<part> parts_;
};

}   // namespace rediserve::cluster
