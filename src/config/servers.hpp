// Which Redis servers there are, and which token is for which: redis.url, and those of serverless-redis-http's token file.
#pragma once

#include "config/assignments.hpp"
#include "rediserve/config/config.hpp"

#include <cstddef>
#include <string_view>

namespace rediserve::config {

// Where serverless-redis-http has its file.
constexpr std::string_view srh_token_file = "/app/srh-config/tokens.json";

// Reads the file that access.srh_token_file names into the tokens and servers of `to`. Without redis.url, an embedded
// server and a token for either, the file's first server takes the place of redis.url. Problems name the file, the entry
// and its key, never a token.
void read_srh_tokens(const assignments& given, settings& to, problems& found);

// A server that is reached like `first`, but for its address. Certificates are those of redis.tls; a name to verify is one
// server's own. `connections` of 0: as many.
redis::params server_like(const redis::params& first, const redis::address& at, std::size_t connections);

// Which of the servers of `to` has the address of `wanted`, as principal::backend; it is added when there is none.
std::size_t place_server(settings& to, const redis::params& wanted);

bool was_given(const assignments& given, std::string_view path);

}   // namespace rediserve::config
