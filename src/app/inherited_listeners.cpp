#include "app/inherited_listeners.hpp"

#include "rediserve/base/networks.hpp"
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

// An address may be written in many ways: "::1" is "0:0:0:0:0:0:0:1".
bool same_address(const std::string& one, const std::string& other)
{
    const auto first = parse_address(one);
    const auto second = parse_address(other);
    return first && second && *first == *second;
}

// Whether what is said of `configured` is said of `place`.
bool covers(const http::endpoint& configured, const http::endpoint& place)
{
    if (configured.port != place.port || configured.path != place.path)
        return false;
    return !place.path.empty() || is_every_address(configured) || same_address(configured.host, place.host);
}

std::vector<http::endpoint>::const_iterator find_role(
    const http::endpoint& place, const std::vector<http::endpoint>& configured
)
{
    return std::ranges::find_if(configured, [&](const auto& one) { return covers(one, place); });
}

// Whether it would serve plain HTTP to the world only because nobody thought of it.
bool wants_a_word(
    const inherited_socket& one, const http::endpoint& place, const std::vector<http::endpoint>& configured
)
{
    const auto is_guarded = [](const http::endpoint& of) { return of.tls || of.proxy_protocol; };
    return place.path.empty() && one.name != "http" && one.name != "https"
        && std::ranges::any_of(configured, is_guarded) && find_role(place, configured) == configured.end();
}

error refusal(const http::endpoint& place)
{
    return {
        errc::internal,
        "environment LISTEN_FDS: the socket at " + place.host + " port " + std::to_string(place.port)
            + " is none of http.listen, where some have TLS or the PROXY protocol; list it there, or let "
              "FileDescriptorName= be "
              "https or http"};
}

void make_ours(int descriptor) noexcept
{
    ::fcntl(descriptor, F_SETFD, ::fcntl(descriptor, F_GETFD) | FD_CLOEXEC);
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

}   // namespace

http::endpoint role_of(http::endpoint place, std::string_view name, const std::vector<http::endpoint>& configured)
{
    const auto named = find_role(place, configured);
    place.tls = name == "https" && place.path.empty();
    if (named == configured.end())
        return place;
    place.tls = place.tls || named->tls;
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
        if (wants_a_word(one, *place, configured))
            return refusal(*place);
        make_ours(one.descriptor);
        taken.at.push_back(role_of(*std::move(place), one.name, configured));
        taken.sockets.push_back(one.descriptor);
    }
    return taken;
}

}   // namespace rediserve::app
