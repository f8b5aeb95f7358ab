#include "app/server_link.hpp"

#include "rediserve/cluster/cluster.hpp"
#include "rediserve/redis/address.hpp"

namespace rediserve::app {

server_link::server_link(boost::asio::io_context& context, const redis::params& settings)
    : url_(redis::masked_url(settings.address)), backend_(make_backend(context, settings)), probe_(context, *backend_)
{}

std::unique_ptr<redis::backend> server_link::make_backend(
    boost::asio::io_context& context, const redis::params& settings
)
{
    if (settings.address.topology == redis::topology::cluster)
        return cluster::make_cluster(context, settings, metrics_, commands_);
    return redis::make_standalone(context, settings, metrics_);
}

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
