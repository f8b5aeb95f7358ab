// An issuer of JWTs in the access file.
#pragma once

#include "config/members.hpp"
#include "rediserve/access/params.hpp"

#include <optional>

namespace rediserve::config {

// But for its principal, which the caller knows about. Reads the keys; nullopt with a complaint.
std::optional<access::jwt_verifier> read_issuer(members& from);

}   // namespace rediserve::config
