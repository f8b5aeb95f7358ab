// Where Redis counts a rate that holds over all gateways together.
#pragma once

#include <string>
#include <string_view>

namespace rediserve::access {

// "rediserve:rate:{web}:commands". `whose` is the name of a usage; a subject in it is written out as "{user:SUBJECT}" where
// that is short and plain, else as "{user:#SHA-256}". In braces: of a cluster, one node.
std::string rate_key(std::string_view whose, std::string_view what);

}   // namespace rediserve::access
