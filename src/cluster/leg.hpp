// What one node is given of a batch, and its replies.
#pragma once

#include "cluster/nodes.hpp"
#include "cluster/redirect.hpp"
#include "rediserve/redis/backend.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace rediserve::cluster {

class dispatch;

// What one of the commands that a node is given is for.
struct target
{
    static constexpr std::uint32_t nobody = UINT32_MAX;   // ASKING
    static constexpr std::int32_t by_words = -1;
    static constexpr std::int32_t anywhere = -2;

    std::uint32_t command = nobody;   // of the batch
    std::uint32_t part = 0;           // of that command, where it is run in parts
    std::int32_t slot = by_words;     // whose node it is for, or one of the above
    node_link* only = nullptr;        // no other will do (a replica)
};

// Commands, and what they are for.
struct load
{
    redis::batch commands;
    std::vector<target> targets;   // empty: they are the commands of the batch, in order

    target of(std::size_t index) const noexcept
    {
        if (!targets.empty())
            return targets[index];
        return {static_cast<std::uint32_t>(index), 0, target::by_words, nullptr};
    }
    void add(const load& from, std::size_t index);
    // The same behind an ASKING.
    void add_asking(const load& from, std::size_t index);
};

class leg final : private redis::reply_sink
{
public:
    explicit leg(dispatch& of) noexcept : of_(of) {}
    leg(const leg&) = delete;
    leg& operator=(const leg&) = delete;
    ~leg() { cancel(); }

    // When it fails, `what` is as it was.
    result<void> send(node_link& to, load& what);
    void cancel() noexcept;
    bool under_way() const noexcept { return submission_ != nullptr; }

    struct turned_away
    {
        std::size_t index;
        redirect where;
    };
    // For the dispatch, when it is over: what it was, …
    load what;
    // … which of it the node did not run, …
    std::vector<turned_away> away;
    // … and from where on there was no answer at all.
    std::size_t answered = 0;
    std::size_t size() const noexcept { return size_; }
    node_link& to() const noexcept { return *to_; }
    // Nothing of that is needed any more.
    void done() noexcept;

private:
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;
    void on_failure(error why) noexcept override;
    bool turns_away(const redis::reply_view& reply, std::size_t index, const target& what_for);

    dispatch& of_;
    node_hold to_;
    redis::submission* submission_ = nullptr;
    std::size_t size_ = 0;
};

}   // namespace rediserve::cluster
