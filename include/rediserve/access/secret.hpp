// New secrets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rediserve::access {

// So many random bytes of the system, in base64url without padding (RFC 4648, 5). Throws std::runtime_error when the
// system has none to give.
std::string random_text(std::size_t bytes);

// In base64url without padding.
std::string base64url(std::string_view bytes);

}   // namespace rediserve::access
