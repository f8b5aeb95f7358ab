// What a client knows of the keys that only it writes: what was acknowledged to it, and what may have been done besides.
// Says what is wrong with what the server says. No I/O.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace rediserve::test {

// What must not be.
struct findings
{
    long lost = 0;          // acknowledged, and not done
    long twice = 0;         // done more often than it was asked for
    long foreign = 0;       // a reply, or a value, that nothing this client did explains
    long half = 0;          // transactions of which one part was done
    long unexplained = 0;   // failed writes without a word on whether they were done
    std::string first;      // the first of them, in words

    bool none() const noexcept { return lost + twice + foreign + half + unexplained == 0; }
    void note(long& which, long times, std::string words);
};

// Whether the server has everything that was done, or was emptied since.
enum class memory : bool { whole, emptied };

// A key that is only ever incremented.
class counter
{
public:
    // INCR was answered with this, if the answer had it.
    void confirm(std::optional<long> answered, std::string_view key, findings& found);
    void doubt() noexcept { ++doubtful_; }
    // What the key holds when nothing is under way any more.
    void judge(long value, memory is, std::string_view key, findings& found) const;

private:
    long confirmed_ = 0;
    long doubtful_ = 0;
    bool noted_ = false;   // one wrong answer makes all that follow look wrong
};

// A key that is set to another number each time. A write that was left in doubt may still come about later, behind one that
// was acknowledged.
class latest
{
public:
    void confirm(long number) { confirmed_ = number; }
    void doubt(long number) { doubtful_.insert(number); }
    // Whether the key may hold this.
    bool explains(std::optional<long> number) const
    {
        return number == confirmed_ || (number && doubtful_.contains(*number));
    }

private:
    std::optional<long> confirmed_;
    std::set<long> doubtful_;
};

}   // namespace rediserve::test
