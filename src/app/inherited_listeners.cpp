#include "app/inherited_listeners.hpp"

#include "rediserve/http/listener.hpp"

#include <fcntl.h>

#include <algorithm>
#include <utility>

namespace rediserve::app {

namespace {

bool is_every_address(const http::endpoint& at)
{
    return at.path.empty() && (at.host == "*" || at.host == "::" || at.host == "0.0.0.0");
}

bool same_place(const http::endpoint& one, const http::endpoint& other)
{
    const bool same_host = one.host == other.host || (is_every_address(one) && is_every_address(other));
    return same_host && one.port == other.port && one.path == other.path;
}

void make_ours(int descriptor) noexcept
{
    ::fcntl(descriptor, F_SETFD, ::fcntl(descriptor, F_GETFD) | FD_CLOEXEC);
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

}   // namespace

http::endpoint role_of(http::endpoint place, std::string_view name, const std::vector<http::endpoint>& configured)
{
    const auto named = std::ranges::find_if(configured, [&](const auto& one) { return same_place(one, place); });
    if (named == configured.end()) {
        place.tls = name == "https" && place.path.empty();
        return place;
    }
    place.tls = named->tls;
    place.proxy_protocol = named->proxy_protocol;
    place.cors = named->cors;
    return place;
}

result<inherited_listeners> take_listeners(
    const std::vector<inherited_socket>& sockets, const std::vector<http::endpoint>& configured
)
{
    inherited_listeners taken;
    for (const inherited_socket& one : sockets) {
        auto place = http::place_of(one.descriptor);
        if (!place)
            return error{errc::internal, "environment LISTEN_FDS: " + place.error().detail};
        make_ours(one.descriptor);
        taken.at.push_back(role_of(*std::move(place), one.name, configured));
        taken.sockets.push_back(one.descriptor);
    }
    return taken;
}

}   // namespace rediserve::app
