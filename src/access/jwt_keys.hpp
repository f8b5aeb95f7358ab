// Where keys come from: a JWKS document (RFC 7517), PEM, or a secret.
#pragma once

#include "access/jwt_key.hpp"

#include <string_view>
#include <vector>

namespace rediserve::access {

// Those of a document's keys that verify signatures by algorithms that are known; others are passed over, as RFC 7517
// wants it. errc::bad_configuration: which key is broken or weak, or that none is left.
result<std::vector<jwt_key>> read_keys(std::string_view document);

// The keys that `settings` names, all of algorithms that it admits.
result<std::vector<jwt_key>> load_keys(const jwt_params& settings);

}   // namespace rediserve::access
