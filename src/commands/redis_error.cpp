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

// A script may have come some way before Redis refused one of its commands, which the text tells then. Of other errors no
// text tells what came before them.
executed ran(errc code, std::string_view word, std::string_view text) noexcept
{
    if (word == "EXECABORT")   // a transaction that was refused before any of its commands ran
        return executed::no;
    const bool refused = code == errc::redis_not_writable && text.find(" script: ") == std::string_view::npos;
    return refused ? executed::no : executed::unsaid;
}

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
    return error(code, std::string(text), ran(code, word, text));
}

error redis_failure(const redis::reply_view& reply)
{
    constexpr std::string_view word = "ERR ";
    if (reply.is_oversized())
        return error(errc::reply_too_large, std::string(reply.text().substr(word.size())), executed::yes);
    return redis_failure(reply.text());
}

}   // namespace rediserve::commands
