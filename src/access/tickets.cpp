#include "rediserve/access/tickets.hpp"

#include "rediserve/access/secret.hpp"

#include <utility>

namespace rediserve::access {

namespace {

constexpr std::size_t ticket_bytes = 16;

}   // namespace

result<std::string> tickets::issue(principal_ptr who, time now)
{
    std::string made = std::string(mark) + random_text(ticket_bytes);
    const sha256_digest digest = sha256(made);
    const std::lock_guard lock(mutex_);
    forget_old(now);
    if (out_.size() >= most)
        return error(errc::too_many_connections, "too many tickets are out; each is good for 30 seconds", executed::no);
    out_[digest] = {std::move(who), now + lifetime, order_.insert(order_.end(), digest)};
    return made;
}

result<principal_ptr> tickets::redeem(std::string_view ticket, time now)
{
    const sha256_digest digest = sha256(ticket);
    const std::lock_guard lock(mutex_);
    forget_old(now);
    const auto found = out_.find(digest);
    if (found == out_.end())
        return error(errc::unauthorized, "the ticket is wrong, used already, or older than 30 seconds");
    principal_ptr who = found->second.who;
    forget(found);
    return who;
}

void tickets::forget_old(time now)
{
    while (!order_.empty()) {
        const auto oldest = out_.find(order_.front());
        if (now < oldest->second.expires)
            return;
        forget(oldest);
    }
}

void tickets::forget(table::iterator what)
{
    order_.erase(what->second.place);
    out_.erase(what);
}

}   // namespace rediserve::access
