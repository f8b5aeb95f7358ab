// The parts of an address' URL, each read for itself.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/redis/params.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::redis {

// Nothing of the URL is ever quoted: where its parts are misplaced, any of them may be the password.
error bad_address(std::string_view what);

struct url_parts
{
    std::string_view userinfo;
    bool has_userinfo = false;
    std::string_view hosts;   // with their ports
    std::string_view path;    // from the first slash on
    std::string_view query;
};

// Takes apart what follows `scheme://`.
url_parts split_url(std::string_view rest);

// Percent-decodes one part; a NUL inside it can only be a mistake or an attack.
result<std::string> decoded_part(std::string_view part, std::string_view what);

result<void> read_login(const url_parts& parts, address& to);

// `host[:port],…`: at least one, none of them twice. With no text at all it is `otherwise`.
result<std::vector<place>> read_places(std::string_view text, const place& otherwise);

result<void> read_database(std::string_view text, address& to);
result<void> read_query(std::string_view query, address& to);

}   // namespace rediserve::redis
