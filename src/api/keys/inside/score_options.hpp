// When a score is set, and the bounds between which scores are read.
#pragma once

#include "api/keys/query.hpp"
#include "rediserve/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::keys {

// ZADD's own.
struct score_options
{
    bool nx = false;   // only of a member that is not there yet
    bool xx = false;   // only of one that is
    bool gt = false;   // only to a higher score than it has
    bool lt = false;   // only to a lower one

    // errc::bad_request: another option, or two that exclude each other.
    static result<score_options> read(std::string_view query_text);

    bool none() const noexcept { return !nx && !xx && !gt && !lt; }
    // As ZADD takes them.
    std::vector<std::string_view> words() const;
};

// A bound as Redis takes it, "1.5", "(1.5", "-inf"; `otherwise` when there is no such option. errc::bad_request.
result<std::string> read_bound(const query& options, std::string_view name, std::string_view otherwise);

error not_a_score();

}   // namespace rediserve::api::keys
