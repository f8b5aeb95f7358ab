// A reply that is owned: copied from one of Redis, or made here.
#pragma once

#include "rediserve/redis/reply.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace rediserve::redis {

// Move-only. Copies and texts take one block of memory each, however large they are. An empty one, made by default or moved
// from, has a view of kind `other`.
class reply_tree
{
public:
    reply_tree() noexcept = default;

    // All of `reply`, which may be gone afterwards, with the marks that tell is_nil_array() and is_oversized().
    static reply_tree copy_of(const reply_view& reply);

    static reply_tree nil();
    static reply_tree nil_array();
    static reply_tree integer(std::int64_t value);
    static reply_tree status(std::string_view text);
    static reply_tree error(std::string_view text);   // with its first word: "ERR …"
    static reply_tree string(std::string_view bytes);
    // Takes the elements over; nothing below them is copied. None may be empty.
    static reply_tree array(std::vector<reply_tree>&& elements);
    // An array of views into `owners`, which are taken over: parts of several replies become one without a copy.
    static reply_tree gathered(std::span<const reply_view> elements, std::vector<reply_tree>&& owners);

    bool empty() const noexcept { return !block_; }
    // Valid as long as the tree, wherever it is moved to, or what took it over.
    reply_view view() const noexcept;

private:
    struct block;
    struct deleter
    {
        void operator()(block* what) const noexcept;
    };
    using block_ptr = std::unique_ptr<block, deleter>;

    explicit reply_tree(block_ptr made) noexcept : block_(std::move(made)) {}
    static reply_tree text(int type, std::string_view bytes);

    block_ptr block_;
};

}   // namespace rediserve::redis
