// New secrets.
#pragma once

#include <cstddef>
#include <string>

namespace rediserve::access {

// So many random bytes of the system, in base64url without padding (RFC 4648, 5). Throws std::runtime_error when the
// system has none to give.
std::string random_text(std::size_t bytes);

}   // namespace rediserve::access
