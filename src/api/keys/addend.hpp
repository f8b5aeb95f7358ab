// A number that is added to one in Redis.
#pragma once

#include "rediserve/api/dialect.hpp"
#include "rediserve/commands/executor.hpp"

#include <string>

namespace rediserve::api::keys {

// The option `by`, 1 when it is left out. A number with a point or an exponent counts in fractions; any other is a whole one
// and fits into 64 bits.
struct addend
{
    std::string text;
    bool whole = true;

    // errc::bad_request: another option, or no number.
    static result<addend> read(const http::request& from);
};

// Answers the request when the sum is none: 409 when one of the two was not a number, or Redis' own error.
bool failed_to_add(const call& of, const commands::reply_or_error& got);

// The digits of a sum as Redis answered them; empty: those are none.
std::string sum_of(const redis::reply_view& reply);

}   // namespace rediserve::api::keys
