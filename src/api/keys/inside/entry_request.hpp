// An entry that is to be added to a stream, and the bounds between which entries are read.
#pragma once

#include "api/keys/query.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/redis/command.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::keys {

struct entry_request
{
    std::vector<std::string> fields;   // names and values in turn
    std::string id = "*";
    std::vector<std::string> trim;   // as XADD takes it: {"MAXLEN", "~", "1000"}

    // errc::bad_request.
    static result<entry_request> read(std::string_view body);

    redis::batch command(std::string_view key, bool only_existing) const;
};

// An id as a range of Redis takes it: "5-1", "5", "(5-1", "-" or "+"; `otherwise` when there is no such option.
// errc::bad_request.
result<std::string> read_entry_bound(const query& options, std::string_view name, std::string_view otherwise);

}   // namespace rediserve::api::keys
