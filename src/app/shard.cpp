#include "rediserve/app/shard.hpp"

#include "app/shard_servers.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <pthread.h>

#include <csignal>
#include <string>
#include <utility>

namespace rediserve::app {

namespace asio = boost::asio;

namespace {

bool is_loopback(const http::endpoint& of)
{
    boost::system::error_code not_numeric;
    const auto address = asio::ip::make_address(of.host, not_numeric);
    return of.path.empty() && !not_numeric && address.is_loopback();
}

// With what the dialects must know of where requests come in.
api::params api_params(const config::settings& settings)
{
    api::params made = settings.api;
    for (const http::endpoint& one : settings.http.listen)
        made.listeners.push_back({one.cors, is_loopback(one)});
    return made;
}

}   // namespace

shard::shard(
    unsigned number, const config::settings& settings, const server_list& servers, std::vector<api::mount> mounts,
    std::shared_ptr<const access::policy> policy, std::shared_ptr<api::running_requests> running
)
    : number_(number)
    , work_(asio::make_work_guard(context_))
    , servers_(std::make_unique<shard_servers>(context_, servers))
    , service_(std::make_unique<api::service>(
          std::move(mounts), servers_->present(), api_params(settings), std::move(policy), metrics_,
          [this](auto when) { report_rates_at(when); }, std::move(running)
      ))
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
    servers_->start();
    context_.run();
}

void shard::report_rates_at(std::chrono::steady_clock::time_point when)
{
    rates_timer_.expires_at(when);
    rates_timer_.async_wait([this](const boost::system::error_code& failure) {
        if (!failure)
            service_->report_rates();
    });
}

void shard::turn(std::function<void(bool settled)> then)
{
    asio::post(context_, [this, then = std::move(then)] { then(servers_->settled()); });
}

void shard::prepare(server_list next, std::function<void()> ready)
{
    asio::post(context_, [this, next = std::move(next), ready = std::move(ready)] { servers_->prepare(next, ready); });
}

void shard::apply(
    std::shared_ptr<const config::settings> settings, std::shared_ptr<const access::policy> policy, server_list servers
)
{
    auto change = [this, settings = std::move(settings), policy = std::move(policy), servers = std::move(servers)] {
        service_->apply(api_params(*settings), policy, servers_->use(servers, settings->drain_timeout));
        connections_->apply(settings->http);
    };
    asio::post(context_, std::move(change));
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
        // Requests first: destroying them withdraws what they wait for from the backends.
        connections_->stop();
        rates_timer_.cancel();
        servers_->stop();
        // Whatever is still pending is dropped: the end must not wait for anybody.
        asio::post(context_, [this] { context_.stop(); });
    });
    thread_.join();
}

void shard::list_metrics(std::vector<const telemetry::shard_metrics*>& to) const
{
    to.push_back(&metrics_);
    servers_->list_metrics(to);
}

std::string shard::redis_trouble() const
{
    return servers_->trouble();
}

}   // namespace rediserve::app
