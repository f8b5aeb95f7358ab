// Settings of access.
#pragma once

#include <string>

namespace rediserve::access {

struct params
{
    std::string token;               // the one bearer token; empty: none
    bool insecure_no_auth = false;   // listen beyond loopback without a token
};

}   // namespace rediserve::access
