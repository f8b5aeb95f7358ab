// Which Redis servers there are, and which token is for which: redis.url, and those of serverless-redis-http's token file.
#pragma once

#include "config/assignments.hpp"
#include "rediserve/config/config.hpp"

#include <string_view>

namespace rediserve::config {

// Where serverless-redis-http has its file.
constexpr std::string_view srh_token_file = "/app/srh-config/tokens.json";

// Reads the file that access.srh_token_file names into the tokens and servers of `to`. Without redis.url, an embedded
// server and a token for either, the file's first server takes the place of redis.url. Problems name the file, the entry
// and its key, never a token.
void read_srh_tokens(const assignments& given, settings& to, problems& found);

}   // namespace rediserve::config
