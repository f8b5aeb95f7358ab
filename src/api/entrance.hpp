// The steps before a dialect has its say: from where, who, how often.
#pragma once

#include "rediserve/access/desk.hpp"
#include "rediserve/access/policy.hpp"
#include "rediserve/access/rate_reports.hpp"
#include "rediserve/http/handler.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace rediserve::api {

// One per shard.
class entrance
{
public:
    entrance(std::shared_ptr<const access::policy> policy, access::rate_reports& reports);
    void apply(std::shared_ptr<const access::policy> policy);

    const access::policy& policy() const noexcept { return *policy_; }

    // Where a request is really from; nullopt: a unix socket, and nobody has said more.
    std::optional<ip_address> origin(const http::exchange& of) const;

    // Whether a request may come in, and whose it is, which the exchange then carries. errc::forbidden, rate_limited,
    // unauthorized. What a refused client should know beyond that is in the answer's fields. `who` is whose it is, as far
    // as that was found out.
    result<void> admit(http::exchange& of, access::credentials shown, access::principal_ptr& who);

    // Puts bytes of a body that has come or gone on the account of whose the exchange is.
    void charge(const http::exchange& of, std::size_t bytes) noexcept;

private:
    using steady_time = std::chrono::steady_clock::time_point;

    result<void> admit_address(const std::optional<ip_address>& from, steady_time now);
    result<void> admit_principal(
        http::exchange& of, const access::principal_ptr& who, const std::optional<ip_address>& from, steady_time now
    );
    result<void> take(http::exchange& of, const access::principal& who, steady_time now);
    result<void> take_seat(http::exchange& of, const access::principal_ptr& who) const;

    std::shared_ptr<const access::policy> policy_;
    access::desk desk_;
    access::rate_reports& reports_;
};

}   // namespace rediserve::api
