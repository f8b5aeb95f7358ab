#include "api/entrance.hpp"

#include "rediserve/access/rate_fields.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::api {

namespace {

using http::header;

// One of a principal's connections, for as long as the connection lives.
class seat
{
public:
    explicit seat(access::principal_ptr who) : who_(std::move(who))
    {
        who_->used->connections.fetch_add(1, std::memory_order_relaxed);
    }
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;
    ~seat() { who_->used->connections.fetch_sub(1, std::memory_order_relaxed); }

    const access::principal_ptr& who() const noexcept { return who_; }

private:
    access::principal_ptr who_;
};

}   // namespace

entrance::entrance(std::shared_ptr<const access::policy> policy, access::rate_reports& reports)
    : policy_(std::move(policy)), desk_(policy_->who, policy_->out), reports_(reports)
{
    reports_.count_at(policy_->rates_backend);
}

void entrance::apply(std::shared_ptr<const access::policy> policy)
{
    policy_ = std::move(policy);
    reports_.count_at(policy_->rates_backend);
    desk_.renew(policy_->who);
}

std::optional<ip_address> entrance::origin(const http::exchange& of) const
{
    const http::request& request = of.request();
    const ip_address found = access::client_address(
        of.peer().address, policy_->proxies, request[header::forwarded], request[header::x_forwarded_for]
    );
    return found.is_unspecified() ? std::nullopt : std::optional(found);
}

result<void> entrance::admit(http::exchange& of, access::credentials shown, access::principal_ptr& who)
{
    const steady_time now = std::chrono::steady_clock::now();
    const auto from = origin(of);
    if (auto fine = admit_address(from, now); !fine)
        return fine;
    shown.certificate = of.peer().certificate;
    if (shown.bearer.starts_with(access::tickets::mark))
        shown.ticket = std::exchange(shown.bearer, {});
    auto found = desk_.authenticate(shown, std::chrono::system_clock::now());
    if (!found)
        return found.error();
    who = std::move(*found);
    return admit_principal(of, who, from, now);
}

void entrance::charge(const http::exchange& of, std::size_t bytes) noexcept
{
    const access::principal* const who = of.principal().get();
    if (!who || !who->rates.bytes.limits() || bytes == 0)
        return;
    const steady_time now = std::chrono::steady_clock::now();
    who->used->bytes.left.charge(who->rates.bytes, bytes, now);
    if (who->rates.bytes.global)
        reports_.took(*who, access::measures::bytes, bytes, now);
}

result<void> entrance::admit_address(const std::optional<ip_address>& from, steady_time now)
{
    if (!from)
        return {};
    if (!policy_->from.admits(*from))
        return error(errc::forbidden, "requests from this address are not answered", executed::no);
    if (!policy_->address_requests.limits())
        return {};
    const access::taken how = policy_->addresses->take(*from, policy_->address_requests, 1, now);
    if (how.granted)
        return {};
    return access::too_fast(how, "requests from this address");
}

result<void> entrance::admit_principal(
    http::exchange& of, const access::principal_ptr& who, const std::optional<ip_address>& from, steady_time now
)
{
    if (who->from && from && !who->from->admits(*from))
        return error(errc::forbidden, "this token is not for requests from this address", executed::no);
    if (auto fine = take_seat(of, who); !fine)
        return fine;
    if (auto fine = take(of, *who, now); !fine)
        return fine;
    if (who->limits.body_bytes > 0)
        of.limit_body(who->limits.body_bytes);
    of.principal(who->name, who);
    return {};
}

// One request, which says how many may follow; and whether its bytes may be more than have been charged.
result<void> entrance::take(http::exchange& of, const access::principal& who, steady_time now)
{
    if (who.rates.requests.limits()) {
        const access::taken how = who.used->requests.left.take(who.rates.requests, 1, now);
        of.response().add_common_fields(who.rate_fields);
        of.response().add_common_fields(access::end_rate_fields(how));
        if (!how.granted)
            return access::too_fast(how, "requests");
        if (who.rates.requests.global)
            reports_.took(who, access::measures::requests, 1, now);
    }
    if (who.rates.bytes.limits()) {
        const access::taken how = who.used->bytes.left.take(who.rates.bytes, 1, now);
        if (!how.granted)
            return access::too_fast(how, "bytes");
        if (who.rates.bytes.global)
            reports_.took(who, access::measures::bytes, 1, now);
    }
    return {};
}

// A connection counts for who has sent the latest request on it.
result<void> entrance::take_seat(http::exchange& of, const access::principal_ptr& who) const
{
    if (who->limits.connections == 0) {
        of.kept().reset();
        return {};
    }
    const auto taken = std::static_pointer_cast<seat>(of.kept());
    if (taken && taken->who()->used == who->used)
        return {};
    if (who->used->connections.load(std::memory_order_relaxed) >= who->limits.connections)
        return error(errc::rate_limited, "this token has too many connections open", executed::no);
    of.kept() = std::make_shared<seat>(who);
    return {};
}

}   // namespace rediserve::api
