// Deadlines that all lie the same time ahead: a list in order of expiry, so that arming, disarming and looking for
// what is due cost O(1) and no allocation. One of these per kind of timeout and shard replaces a timer per connection.
#pragma once

#include <boost/intrusive/list.hpp>

#include <chrono>

namespace rediserve {

using steady_time = std::chrono::steady_clock::time_point;

// Base of what can wait. Leaves its queue when it is destroyed. Not copyable, one queue at a time.
class timeout_entry
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>
{
public:
    bool armed() const noexcept { return is_linked(); }
    void disarm() noexcept { unlink(); }
    steady_time due() const noexcept { return due_; }

protected:
    timeout_entry() = default;
    ~timeout_entry() = default;

private:
    template <class>
    friend class timeout_queue;
    steady_time due_;
};

// `Entry` derives from timeout_entry. One thread.
template <class Entry>
class timeout_queue
{
public:
    explicit timeout_queue(std::chrono::nanoseconds after) noexcept : after_(after) {}

    void set_duration(std::chrono::nanoseconds after) noexcept { after_ = after; }

    // Arms `entry`, or arms it anew: it is due `after` from `now`. `now` must not run backwards.
    void arm(Entry& entry, steady_time now) noexcept
    {
        if (entry.armed())
            entry.disarm();
        entry.due_ = now + after_;
        entries_.push_back(entry);
    }

    // Takes out and returns one entry that is due, or nullptr.
    Entry* pop_due(steady_time now) noexcept
    {
        if (entries_.empty() || entries_.front().due() > now)
            return nullptr;
        Entry& entry = entries_.front();
        entry.disarm();
        return &entry;
    }

    bool empty() const noexcept { return entries_.empty(); }
    // When the next entry is due. Only when not empty().
    steady_time next() const noexcept { return entries_.front().due(); }

private:
    std::chrono::nanoseconds after_;
    boost::intrusive::list<Entry, boost::intrusive::constant_time_size<false>> entries_;
};

}   // namespace rediserve
