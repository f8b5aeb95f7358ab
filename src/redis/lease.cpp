#include "rediserve/redis/lease.hpp"

namespace rediserve::redis {

lease& lease::operator=(lease&& other) noexcept
{
    if (this != &other) {
        release();
        link_ = std::exchange(other.link_, nullptr);
    }
    return *this;
}

result<submission*> lease::submit(
    batch&& commands, submit_options options, std::chrono::milliseconds deadline, reply_sink& sink
)
{
    return link_->submit(std::move(commands), options, deadline, sink);
}

void lease::cancel(submission& what) noexcept
{
    link_->cancel(what);
}

void lease::release() noexcept
{
    if (lent_connection* const held = std::exchange(link_, nullptr))
        held->release();
}

}   // namespace rediserve::redis
