#include "app/server_link.hpp"

#include "rediserve/cluster/cluster.hpp"
#include "rediserve/redis/address.hpp"

#include <utility>

namespace rediserve::app {

server_link::server_link(boost::asio::io_context& context, const config::numbered_server& what, metrics_shelf& shelf)
    : url_(redis::masked_url(what.settings.address))
    , shelf_(shelf)
    , metrics_(shelf.take())
    , shown_{.number = what.number, .reads_replicas = what.settings.reads_replicas}
    , backend_(make_backend(context, what.settings))
    , loader_(context, *backend_, metrics_, [this](auto table) { shown_.commands = std::move(table); })
    , probe_(context, *backend_)
{
    shown_.backend = backend_.get();
}

server_link::~server_link()
{
    loader_.stop();
    probe_.stop();
    backend_.reset();   // takes what is open out of the gauges
    shelf_.give_back(metrics_);
}

std::unique_ptr<redis::backend> server_link::make_backend(
    boost::asio::io_context& context, const redis::params& settings
)
{
    if (settings.address.topology == redis::topology::cluster)
        return cluster::make_cluster(context, settings, metrics_, shown_.commands);
    return redis::make_standalone(context, settings, metrics_);
}

void server_link::start()
{
    backend_->start();
    probe_.start();
    loader_.start();
}

void server_link::retire() noexcept
{
    loader_.stop();
    probe_.stop();
    backend_->retire();
}

void server_link::stop() noexcept
{
    loader_.stop();
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
