#include "rediserve/access/desk.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rediserve::access {

desk::desk(std::shared_ptr<const authenticator> by, std::shared_ptr<tickets> out)
    : authenticator_(std::move(by)), tickets_(std::move(out))
{}

result<principal_ptr> desk::authenticate(const credentials& shown, std::chrono::system_clock::time_point now)
{
    if (tickets_ && !shown.ticket.empty())
        return redeem(shown);
    const bool memorable = !authenticator_->open() || authenticator_->costly(shown.bearer);
    if (shown.basic || shown.bearer.empty() || !memorable)
        return authenticator_->authenticate(shown, now);
    fresh_memory& known = fresh_place(shown.bearer);
    if (equal_constant_time(known.token, shown.bearer) && now < known.whose.until)
        return known.whose.who;
    auto found = identify(shown, now);
    if (!found)
        return std::move(found).error();
    known = {std::string(shown.bearer), *found};
    return std::move(found->who);
}

// A ticket may be older than the authenticator. Whoever was given another server since is let in as who they are now.
result<principal_ptr> desk::redeem(const credentials& shown)
{
    auto found = tickets_->redeem(shown.ticket, std::chrono::steady_clock::now());
    if (!found || (*found)->passing)
        return found;
    if (auto now = authenticator_->find((*found)->name); now && now->backend != (*found)->backend)
        return now;
    return found;
}

// By its end, which is random in every kind of token.
desk::fresh_memory& desk::fresh_place(std::string_view token) noexcept
{
    std::size_t end = 0;
    const std::size_t size = std::min(token.size(), sizeof end);
    std::memcpy(&end, token.data() + token.size() - size, size);
    constexpr std::size_t spread = 0x9E3779B97F4A7C15u;   // Fibonacci hashing
    return fresh_[((end * spread) >> 32U) % fresh_.size()];
}

result<authenticator::identity> desk::identify(const credentials& shown, std::chrono::system_clock::time_point now)
{
    if (!authenticator_->costly(shown.bearer))
        return authenticator_->identify(shown, now);
    const sha256_digest token = sha256(shown.bearer);
    if (const authenticator::identity* const known = recall(token, now))
        return *known;
    auto verified = authenticator_->identify(shown, now);
    if (verified)
        remember(token, *verified);
    return verified;
}

void desk::renew(std::shared_ptr<const authenticator> by)
{
    authenticator_ = std::move(by);
    fresh_ = {};
    places_.clear();
    recent_.clear();
}

const authenticator::identity* desk::recall(const sha256_digest& token, std::chrono::system_clock::time_point now)
{
    const auto found = places_.find(token);
    if (found == places_.end())
        return nullptr;
    if (now >= found->second->whose.until) {
        forget(found->second);
        return nullptr;
    }
    recent_.splice(recent_.begin(), recent_, found->second);
    return &found->second->whose;
}

void desk::remember(const sha256_digest& token, authenticator::identity whose)
{
    if (recent_.size() >= most_remembered)
        forget(std::prev(recent_.end()));
    recent_.push_front({token, std::move(whose)});
    places_[token] = recent_.begin();
}

void desk::forget(place what)
{
    places_.erase(what->token);
    recent_.erase(what);
}

}   // namespace rediserve::access
