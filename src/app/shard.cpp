#include "rediserve/app/shard.hpp"

#include "app/health_probe.hpp"

#include <boost/asio/post.hpp>

#include <pthread.h>

#include <csignal>
#include <string>
#include <utility>

namespace rediserve::app {

namespace asio = boost::asio;

shard::shard(
    unsigned number, const config::settings& settings, std::vector<api::mount> mounts,
    std::shared_ptr<const access::authenticator> authenticator
)
    : number_(number)
    , work_(asio::make_work_guard(context_))
    , backend_(redis::make_standalone(context_, settings.redis, metrics_))
    , probe_(std::make_unique<health_probe>(context_, *backend_))
    , service_(
          std::make_unique<api::service>(std::move(mounts), *backend_, settings.api, std::move(authenticator), metrics_)
      )
    , connections_(http::make_connection_pool(context_, settings.http, *service_, metrics_))
{}

shard::~shard()
{
    stop();
}

void shard::start()
{
    thread_ = std::thread([this] { run(); });
}

void shard::run()
{
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);   // signals are for the control thread
    ::pthread_setname_np(::pthread_self(), ("shard-" + std::to_string(number_)).c_str());
    backend_->start();
    probe_->start();
    context_.run();
}

void shard::apply(
    std::shared_ptr<const config::settings> settings, std::shared_ptr<const access::authenticator> authenticator
)
{
    asio::post(context_, [this, settings = std::move(settings), authenticator = std::move(authenticator)] {
        service_->apply(settings->api, authenticator);
        connections_->apply(settings->http);
    });
}

void shard::drain()
{
    asio::post(context_, [this] { connections_->drain(); });
}

void shard::stop()
{
    if (!thread_.joinable())
        return;
    asio::post(context_, [this] {
        // Requests first: destroying them withdraws what they wait for from the backend.
        connections_->stop();
        probe_->stop();
        backend_->stop();
        // Whatever is still pending is dropped: the end must not wait for anybody.
        asio::post(context_, [this] { context_.stop(); });
    });
    thread_.join();
}

std::string_view shard::redis_trouble() const noexcept
{
    if (metrics_.redis_links_up.get() == 0)
        return "not every thread is connected to Redis";
    return probe_->trouble();
}

}   // namespace rediserve::app
