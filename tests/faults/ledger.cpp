#include "faults/ledger.hpp"

#include <utility>

namespace rediserve::test {

void findings::note(long& which, long times, std::string words)
{
    which += times;
    if (first.empty())
        first = std::move(words);
}

void counter::confirm(std::optional<long> answered, std::string_view key, findings& found)
{
    ++confirmed_;
    if (!answered)
        return;
    const auto words = [&](const char* what) {
        return std::string(key) + ": " + what + ", answered " + std::to_string(*answered) + " to the "
            + std::to_string(confirmed_) + ". acknowledged INCR, with " + std::to_string(doubtful_) + " in doubt";
    };
    const bool fits = *answered >= confirmed_ && *answered <= confirmed_ + doubtful_;
    if (fits || std::exchange(noted_, true))
        return;
    if (*answered < confirmed_)
        found.note(found.lost, 1, words("lost"));
    if (*answered > confirmed_ + doubtful_)
        found.note(found.twice, 1, words("twice"));
}

void counter::judge(long value, memory is, std::string_view key, findings& found) const
{
    const auto words = [&](const char* what) {
        return std::string(key) + ": " + what + ", is " + std::to_string(value) + " after " + std::to_string(confirmed_)
            + " acknowledged INCR and " + std::to_string(doubtful_) + " in doubt";
    };
    if (is == memory::whole && value < confirmed_)
        found.note(found.lost, confirmed_ - value, words("lost"));
    if (value > confirmed_ + doubtful_)
        found.note(found.twice, value - confirmed_ - doubtful_, words("twice"));
}

}   // namespace rediserve::test
