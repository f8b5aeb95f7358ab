// Addresses of Redis servers as URLs.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/redis/params.hpp"

#include <string>
#include <string_view>

namespace rediserve::redis {

// Reads what names
//   one server: `redis://[user[:password]@]host[:port][/db]`, `rediss://…` (TLS), `redis://:password@…` and
//   `unix://[user:password@]/path?db=N` (IANA's redis provisional scheme; unix as redis-cli -u and redis-py read it);
//   a group: `redis-sentinel://[user[:password]@]sentinel[:26379],…/master[/db]`, `rediss-sentinel://…`, where the login
//   is for the servers of the group and TLS for the sentinels too;
//   a cluster: `redis-cluster://[user[:password]@]node[:6379],…`, `rediss-cluster://…`, which has database 0 only.
// Parts are percent-decoded; of a list, each host. errc::bad_configuration with a text that says what is wrong and never
// repeats the password.
result<address> parse_address(std::string_view url);

// Reads `host[:port]`, `[IPv6][:port]`. Where a part is missing, it is that of `otherwise`. Errors as above.
result<place> parse_place(std::string_view text, place otherwise);

// The URL of `from`, with `***` in place of a password: for logs, banners and --print-config.
std::string masked_url(const address& from);

// `host:port`, with brackets around IPv6: for logs, and as parse_place reads it.
std::string to_text(const place& at);

// Whether a connection with these settings can be begun at all: whether the TLS files hold what they should. Does no more than
// read them. errc::backend_unavailable.
result<void> check_files(const params& settings);

}   // namespace rediserve::redis
