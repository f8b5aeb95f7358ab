// What a token says, once its signature is right.
#pragma once

#include "rediserve/access/jwt.hpp"

#include <string_view>

namespace rediserve::access {

// Checks what `settings` and the time demand. errc::unauthorized says what is wrong.
result<jwt_claims> read_claims(
    std::string_view payload, const jwt_params& settings, std::chrono::system_clock::time_point now
);

}   // namespace rediserve::access
