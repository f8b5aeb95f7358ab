#include "rediserve/redis/reply_tree.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <utility>

namespace rediserve::redis {

// A reply, what it was made of, and room behind it for all that belongs to it.
struct reply_tree::block
{
    redisReply root{};
    std::vector<reply_tree> owners;   // of elements that are not in this block

    static block_ptr with_room(std::size_t bytes)
    {
        return block_ptr(new (::operator new(sizeof(block) + bytes)) block());
    }
    std::byte* room() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
};

void reply_tree::deleter::operator()(block* what) const noexcept
{
    what->~block();
    ::operator delete(what);
}

namespace {

// What is below `of` takes, replies and texts apart: those are aligned, these need not be.
struct room_needed
{
    std::size_t aligned = 0;
    std::size_t texts = 0;
};

void measure(const redisReply& of, room_needed& to) noexcept
{
    to.texts += of.str ? of.len + 1 : 0;
    to.aligned += of.elements * sizeof(redisReply*);
    for (std::size_t i = 0; i < of.elements; ++i)
        if (of.element[i]) {
            to.aligned += sizeof(redisReply);
            measure(*of.element[i], to);
        }
}

// Hands out the room behind a block.
class copier
{
public:
    copier(std::byte* room, const room_needed& needed) noexcept
        : aligned_(room), texts_(reinterpret_cast<char*>(room + needed.aligned))
    {}

    // hiredis bounds how deep replies are nested.
    void copy(const redisReply& from, redisReply& to) noexcept
    {
        to = from;
        if (from.str)
            to.str = text({from.str, from.len});
        if (from.element)
            to.element = elements(from);
    }
    char* text(std::string_view bytes) noexcept
    {
        char* const begin = texts_;
        texts_ = std::ranges::copy(bytes, begin).out;
        *texts_++ = '\0';
        return begin;
    }

private:
    template <class T>
    T* take(std::size_t count) noexcept
    {
        auto* const begin = aligned_;
        aligned_ += count * sizeof(T);
        return reinterpret_cast<T*>(begin);
    }
    redisReply** elements(const redisReply& of) noexcept
    {
        auto** const list = take<redisReply*>(of.elements);
        for (std::size_t i = 0; i < of.elements; ++i) {
            list[i] = of.element[i] ? new (take<redisReply>(1)) redisReply : nullptr;
            if (list[i])
                copy(*of.element[i], *list[i]);
        }
        return list;
    }

    std::byte* aligned_;
    char* texts_;
};

}   // namespace

reply_tree reply_tree::copy_of(const reply_view& reply)
{
    if (!reply.reply_)
        return {};
    room_needed needed;
    measure(*reply.reply_, needed);
    auto made = block::with_room(needed.aligned + needed.texts);
    copier(made->room(), needed).copy(*reply.reply_, made->root);
    return reply_tree(std::move(made));
}

reply_tree reply_tree::nil()
{
    auto made = block::with_room(0);
    made->root.type = REDIS_REPLY_NIL;
    return reply_tree(std::move(made));
}

reply_tree reply_tree::nil_array()
{
    reply_tree made = nil();
    made.block_->root.integer = reply_view::nil_array_mark;
    return made;
}

reply_tree reply_tree::integer(std::int64_t value)
{
    auto made = block::with_room(0);
    made->root.type = REDIS_REPLY_INTEGER;
    made->root.integer = value;
    return reply_tree(std::move(made));
}

reply_tree reply_tree::status(std::string_view text)
{
    return reply_tree::text(REDIS_REPLY_STATUS, text);
}

reply_tree reply_tree::error(std::string_view text)
{
    return reply_tree::text(REDIS_REPLY_ERROR, text);
}

reply_tree reply_tree::string(std::string_view bytes)
{
    return text(REDIS_REPLY_STRING, bytes);
}

reply_tree reply_tree::text(int type, std::string_view bytes)
{
    auto made = block::with_room(bytes.size() + 1);
    made->root.type = type;
    made->root.str = copier(made->room(), {}).text(bytes);
    made->root.len = bytes.size();
    return reply_tree(std::move(made));
}

reply_tree reply_tree::array(std::vector<reply_tree>&& elements)
{
    std::vector<reply_view> views;
    views.reserve(elements.size());
    for (const reply_tree& element : elements)
        views.push_back(element.view());
    return gathered(views, std::move(elements));
}

reply_tree reply_tree::gathered(std::span<const reply_view> elements, std::vector<reply_tree>&& owners)
{
    auto made = block::with_room(elements.size() * sizeof(redisReply*));
    made->owners = std::move(owners);
    made->root.type = REDIS_REPLY_ARRAY;
    made->root.elements = elements.size();
    made->root.element = reinterpret_cast<redisReply**>(made->room());
    // hiredis' arrays are of replies that can be changed; nobody changes them here.
    std::ranges::transform(elements, made->root.element, [](const reply_view& one) {
        return const_cast<redisReply*>(one.reply_);
    });
    return reply_tree(std::move(made));
}

reply_view reply_tree::view() const noexcept
{
    return block_ ? reply_view(&block_->root) : reply_view();
}

}   // namespace rediserve::redis
