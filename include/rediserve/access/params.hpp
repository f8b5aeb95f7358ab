// Settings of access.
#pragma once

#include "rediserve/access/principal.hpp"

#include <string>
#include <vector>

namespace rediserve::access {

// A token, and who comes with it.
struct grant
{
    std::string token;
    principal who;
};

struct params
{
    std::string token;               // may do everything with the first backend; empty: none
    std::string read_only_token;     // may only read from it; empty: none
    std::string srh_token_file;      // serverless-redis-http's, with more tokens; empty: none
    std::vector<grant> more;         // what it holds
    bool insecure_no_auth = false;   // listen beyond loopback without a token

    bool has_tokens() const noexcept { return !token.empty() || !read_only_token.empty() || !more.empty(); }
};

}   // namespace rediserve::access
