// What must hold between options.
#pragma once

#include "config/assignments.hpp"

#include <string>

namespace rediserve::config {

// An embedded server and a URL exclude each other: the one of the higher layer wins, and within one layer that is a
// problem. Takes the loser out of `given`; to be called before the values are applied.
void settle_backend(assignments& given, problems& found);

// The complaint about listening where others can connect without asking for a token; empty: there is none.
std::string unguarded_listening(const settings& merged);

// Listening with care, TLS files that can be read, limits that fit together.
void check(const settings& merged, const assignments& given, problems& found);

}   // namespace rediserve::config
