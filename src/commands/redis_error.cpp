#include "rediserve/commands/redis_error.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace rediserve::commands {

namespace {

// The first words of errors that say: the server is there, and cannot do this now.
constexpr std::array<std::string_view, 9> passing_states = {
    "BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "MISCONF", "NOREPLICAS", "OOM", "READONLY", "TRYAGAIN",
};

}   // namespace

error redis_failure(std::string_view text)
{
    const std::string_view word = text.substr(0, text.find(' '));
    errc code = errc::redis_error;
    if (word == "WRONGTYPE")
        code = errc::wrong_type;
    else if (word == "NOPERM")
        code = errc::redis_not_permitted;
    else if (std::ranges::find(passing_states, word) != passing_states.end())
        code = errc::redis_not_writable;
    return error(code, std::string(text));
}

error redis_failure(const redis::reply_view& reply)
{
    constexpr std::string_view word = "ERR ";
    if (reply.is_oversized())
        return error(errc::reply_too_large, std::string(reply.text().substr(word.size())), executed::yes);
    return redis_failure(reply.text());
}

}   // namespace rediserve::commands
