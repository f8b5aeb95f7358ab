// Addresses of Redis servers as URLs.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/redis/params.hpp"

#include <string>
#include <string_view>

namespace rediserve::redis {

// Reads `redis://[user[:password]@]host[:port][/db]`, `rediss://…`, `redis://:password@…` and
// `unix://[user:password@]/path?db=N` (IANA's redis provisional scheme; unix as redis-cli -u and redis-py read it).
// Parts are percent-decoded. errc::bad_configuration with a text that says what is wrong and never repeats the password.
result<address> parse_address(std::string_view url);

// The URL of `from`, with `***` in place of a password: for logs, banners and --print-config.
std::string masked_url(const address& from);

}   // namespace rediserve::redis
