#include "redis/demotion.hpp"

#include "redis/pending_batch.hpp"

#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rediserve::redis {

namespace {

// Their answers are whatever the script says, and it may have written before.
constexpr std::array<std::string_view, 3> scripts = {"EVAL", "EVALSHA", "FCALL"};

bool is_script(std::string_view name) noexcept
{
    return std::ranges::any_of(scripts, [name](std::string_view one) { return iequals(name, one); });
}

}   // namespace

bool tells_demotion(const reply_view& reply) noexcept
{
    if (!reply.is_error())
        return false;
    const auto mentions = [text = reply.text()](std::string_view word) { return text.find(word) != text.npos; };
    const bool aborted = reply.is_error("EXECABORT") && (mentions("READONLY") || mentions("MASTERDOWN"));
    return aborted || reply.is_error("READONLY") || reply.is_error("MASTERDOWN");
}

bool is_undone_by_demotion(const batch& commands) noexcept
{
    return is_transaction(commands) || (commands.size() == 1 && !is_script(commands.name(0)));
}

}   // namespace rediserve::redis
