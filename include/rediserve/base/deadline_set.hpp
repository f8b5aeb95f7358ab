// Deadlines in any order: arming, disarming and looking for what is due cost O(log n) and no allocation. Where all lie the
// same time ahead, a timeout_queue does it for less.
#pragma once

#include "rediserve/base/timeout_queue.hpp"

#include <boost/intrusive/set.hpp>

namespace rediserve {

// Of a deadline that nobody has set.
constexpr steady_time never = steady_time::max();

// Base of what can wait. Leaves its set when it is destroyed. Not copyable, one set at a time.
class deadline_entry
    : public boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>
{
public:
    bool has_deadline() const noexcept { return is_linked(); }
    void drop_deadline() noexcept { unlink(); }
    steady_time deadline() const noexcept { return deadline_; }

protected:
    deadline_entry() = default;
    ~deadline_entry() = default;

private:
    template <class>
    friend class deadline_set;
    steady_time deadline_;
};

// `Entry` derives from deadline_entry. One thread.
template <class Entry>
class deadline_set
{
public:
    // Arms `entry`, which is in no set.
    void arm(Entry& entry, steady_time when) noexcept
    {
        entry.deadline_ = when;
        entries_.insert(entry);
    }

    // Takes out and returns one entry that is due, or nullptr.
    Entry* pop_due(steady_time now) noexcept
    {
        if (next() > now || entries_.empty())
            return nullptr;
        Entry& entry = *entries_.begin();
        entry.drop_deadline();
        return &entry;
    }

    // When the next entry is due; never when there is none.
    steady_time next() const noexcept { return entries_.empty() ? never : entries_.begin()->deadline(); }

private:
    struct is_earlier
    {
        bool operator()(const Entry& a, const Entry& b) const noexcept { return a.deadline() < b.deadline(); }
    };

    boost::intrusive::multiset<
        Entry, boost::intrusive::compare<is_earlier>, boost::intrusive::constant_time_size<false>>
        entries_;
};

}   // namespace rediserve
