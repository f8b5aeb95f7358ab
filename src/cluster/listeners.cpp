#include "cluster/listeners.hpp"

#include <memory>

namespace rediserve::cluster {

namespace {

constexpr std::chrono::milliseconds between_looks{500};

}   // namespace

listeners::listeners(boost::asio::io_context& context, router& through)
    : router_(through), settle_(context, [this] { settle(); })
{
    router_.topology().watch(*this);
}

listeners::~listeners()
{
    router_.topology().unwatch(*this);
    all_.clear();
}

result<redis::subscription> listeners::add(
    redis::subscription_kind kind, std::string_view name, redis::subscription_sink& sink
)
{
    if (const error* const why = router_.hopeless())
        return *why;
    auto made = std::make_unique<listener>(
        router_, [this] { settle_soon(); }, kind, name, sink
    );
    all_.push_back(*made);
    settle_soon();
    return redis::subscription(*made.release());
}

void listeners::settle_soon()
{
    settle_.after(std::chrono::milliseconds(0));
}

// From inside a sink, others may leave and join: each is looked at once.
void listeners::settle()
{
    decltype(all_) to_do;
    to_do.swap(all_);
    while (!to_do.empty()) {
        listener& next = to_do.front();
        to_do.pop_front();
        all_.push_back(next);
        if (const auto done = router_.map() ? next.settle() : result<void>(); !done && !next.told())
            next.fail(done.error());
    }
    if (!all_.empty())
        settle_.after(between_looks);
}

void listeners::stop(const error& why) noexcept
{
    settle_.stop();
    while (!all_.empty())
        all_.front().fail(why);
}

}   // namespace rediserve::cluster
