// Socket activation: listeners that the service manager has opened take the place of the configured ones.
#pragma once

#include "app/service_variables.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/http/params.hpp"

#include <string_view>
#include <vector>

namespace rediserve::app {

struct inherited_listeners
{
    std::vector<http::endpoint> at;   // where they really listen, and what they serve
    std::vector<int> sockets;         // of each
};

// Makes them non-blocking, and nobody's but ours. The detail says which of them is no listener, or would serve plain HTTP where
// `configured` has TLS or the PROXY protocol and neither names its place nor is it named "http" or "https".
result<inherited_listeners> take_listeners(
    const std::vector<inherited_socket>& sockets, const std::vector<http::endpoint>& configured
);

// What a socket at `place` is for: what the one of `configured` says that names the same place ("*" covers every address), and
// HTTPS in any case where the socket is named "https".
http::endpoint role_of(http::endpoint place, std::string_view name, const std::vector<http::endpoint>& configured);

}   // namespace rediserve::app
