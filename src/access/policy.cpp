#include "rediserve/access/policy.hpp"

namespace rediserve::access {

namespace {

// Who connects to a unix socket has no address, and the socket's mode says who may.
networks with_unix_sockets(const networks& proxies)
{
    return networks::parse(proxies.text() + " ::/128").value();
}

}   // namespace

policy::policy(const params& settings, const policy* before)
    : who(std::make_shared<const authenticator>(settings, before ? before->who.get() : nullptr))
    , from(settings.from)
    , proxies(with_unix_sockets(settings.proxies))
    , address_requests(settings.address_requests)
    , rates_backend(settings.rates_backend)
    , addresses(before ? before->addresses : nullptr)
    , out(before ? before->out : std::make_shared<tickets>())
{
    if (!addresses && address_requests.limits())
        addresses = std::make_shared<address_rates>();
}

}   // namespace rediserve::access
