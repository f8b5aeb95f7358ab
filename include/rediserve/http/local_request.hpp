// One GET, asked of a listener on this machine by blocking calls with one deadline.
#pragma once

#include "rediserve/http/params.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace rediserve::http {

struct local_answer
{
    int status = 0;
    std::string body;   // its first kilobytes
};

// Where a program on this machine reaches what listens at `at`: loopback where that is every address. "127.0.0.1:3000",
// "[::1]:3000", "unix:/path".
std::string local_name(const endpoint& at);

// Why nobody but those it is meant for can ask there, "it wants a client certificate"; empty: anybody here can.
std::string why_unaskable(const endpoint& at, const params& of);

// A certificate is not verified: it names what the world calls this machine, and what comes back is no secret. Throws
// std::runtime_error with the reason when no answer comes within the time.
local_answer get_locally(const endpoint& at, std::string_view path, std::chrono::milliseconds within);

}   // namespace rediserve::http
