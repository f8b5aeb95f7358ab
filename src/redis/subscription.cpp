#include "rediserve/redis/subscription.hpp"

#include "redis/subscriptions.hpp"

namespace rediserve::redis {

subscription& subscription::operator=(subscription&& other) noexcept
{
    if (this != &other) {
        release();
        entry_ = std::exchange(other.entry_, nullptr);
    }
    return *this;
}

void subscription::release() noexcept
{
    delete std::exchange(entry_, nullptr);
}

}   // namespace rediserve::redis
