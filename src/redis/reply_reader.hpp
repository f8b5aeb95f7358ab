// hiredis' reader, with guards before what it builds: nonsense becomes a failure, and of a reply that is larger than the batch
// it belongs to may be answered with no more is kept than fits (docs/adr/0005-read-hiredis-reader-directly.md).
#pragma once

#include "redis/attribute_finder.hpp"
#include "redis/reply_meter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct redisReader;
struct redisReadTask;

namespace rediserve::redis {

class reply_reader
{
public:
    // What each element of an array counts for, beside its text: about what it takes in memory.
    static constexpr std::size_t element_cost = 64;

    reply_reader() = default;
    reply_reader(const reply_reader&) = delete;
    reply_reader& operator=(const reply_reader&) = delete;

    // `reader` must be as hiredis makes it for its own replies, and is used no more once this is gone.
    void attach(redisReader& reader) noexcept;

    // So many replies more are owed. Without any, and unless anything may come, a reply is nonsense.
    void owe(std::size_t replies) noexcept { owed_ += replies; }
    bool owes() const noexcept { return owed_ > 0; }
    void paid() noexcept { --owed_; }
    // From now on things may come that no command asked for.
    void listen() noexcept { listening_ = true; }
    bool listening() const noexcept { return listening_; }
    // What comes is RESP3 and may have attributes: reply_kind::attributed. To be called before anything comes.
    void expect_attributes() { attributes_.emplace(); }

    // The replies from the next one on may take `most` bytes together; 0: any number. Counted are texts, and element_cost for
    // each element. One that does not fit into what is left is not kept, and counts nothing.
    void limit(std::size_t most) noexcept;
    // Nobody waits for what is owed now: the reply under way is not kept, nor are others up to the next limit().
    void drop() noexcept;

    // Takes a piece of what came, but for what is to be passed over. Beyond a KiB at a time hiredis moves much about.
    void feed(std::string_view bytes) noexcept;
    // The next reply that is whole, hiredis' own and for the caller to free; nullptr: none is, or the reader has an error.
    void* next() noexcept;
    // To be asked once for each reply: whether it was larger than it might be. It is a nil, or incomplete, then.
    bool oversized() noexcept { return metered_ && meter_.end_reply(); }
    // What to say in its place: an error in Redis' form.
    std::string refusal() const;

    // Bytes that have come, or were announced, of a reply that is not whole.
    std::size_t unread() const noexcept;
    // What was wrong with a reply that hiredis itself would have taken; or nullptr.
    const char* nonsense() const noexcept { return nonsense_; }

private:
    struct builders;   // what hiredis calls

    void choose_builders() noexcept;
    void take(std::string_view bytes) noexcept;
    bool shorten() noexcept;
    bool shorten_line(std::string_view came) noexcept;
    bool shorten_bulk(std::string_view came) noexcept;
    void keep_first(std::size_t size) noexcept;

    redisReader* reader_ = nullptr;
    reply_meter meter_;
    std::optional<attribute_finder> attributes_;
    std::uint64_t pass_over_ = 0;   // bytes to come that are of a text not kept
    std::size_t owed_ = 0;          // replies
    const char* nonsense_ = nullptr;
    bool listening_ = false;
    bool at_pair_ = false;   // the value that hiredis reads is of an attribute and what it belongs to
    bool metered_ = false;
};

}   // namespace rediserve::redis
