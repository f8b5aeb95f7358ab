#include "app/server_link.hpp"

#include "rediserve/redis/address.hpp"

namespace rediserve::app {

server_link::server_link(boost::asio::io_context& context, const redis::params& settings)
    : url_(redis::masked_url(settings.address))
    , backend_(redis::make_standalone(context, settings, metrics_))
    , probe_(context, *backend_)
{}

void server_link::start()
{
    backend_->start();
    probe_.start();
}

void server_link::stop() noexcept
{
    probe_.stop();
    backend_->stop();
}

std::string_view server_link::trouble() const noexcept
{
    if (metrics_.redis_links_up.get() == 0)
        return "not every thread is connected to Redis";
    return probe_.trouble();
}

}   // namespace rediserve::app
