#include "rediserve/app/shard.hpp"

#include "app/command_table_loader.hpp"
#include "app/server_link.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>

namespace rediserve::app {

namespace asio = boost::asio;

namespace {

std::vector<std::unique_ptr<server_link>> links(asio::io_context& context, const config::settings& settings)
{
    std::vector<std::unique_ptr<server_link>> made;
    made.push_back(std::make_unique<server_link>(context, settings.redis));
    for (const redis::params& one : settings.more_redis)
        made.push_back(std::make_unique<server_link>(context, one));
    return made;
}

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

std::vector<redis::backend*> backends(const std::vector<std::unique_ptr<server_link>>& of)
{
    std::vector<redis::backend*> all;
    for (const auto& each : of)
        all.push_back(&each->backend());
    return all;
}

}   // namespace

shard::shard(
    unsigned number, const config::settings& settings, std::vector<api::mount> mounts,
    std::shared_ptr<const access::policy> policy
)
    : number_(number)
    , work_(asio::make_work_guard(context_))
    , servers_(links(context_, settings))
    , service_(std::make_unique<api::service>(
          std::move(mounts), backends(servers_), api_params(settings), std::move(policy), metrics_,
          [this](auto when) { report_rates_at(when); }
      ))
    , connections_(http::make_connection_pool(context_, settings.http, *service_, metrics_))
{
    for (std::size_t index = 0; index < servers_.size(); ++index)
        loaders_.push_back(std::make_unique<command_table_loader>(
            context_, servers_[index]->backend(), servers_[index]->metrics(),
            [this, index](auto table) {
                servers_[index]->learn(table);
                service_->learn(index, std::move(table));
            }
        ));
}

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
    for (const auto& each : servers_)
        each->start();
    for (const auto& each : loaders_)
        each->start();
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

void shard::apply(std::shared_ptr<const config::settings> settings, std::shared_ptr<const access::policy> policy)
{
    asio::post(context_, [this, settings = std::move(settings), policy = std::move(policy)] {
        service_->apply(api_params(*settings), policy);
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
        // Requests first: destroying them withdraws what they wait for from the backends.
        connections_->stop();
        rates_timer_.cancel();
        for (const auto& each : loaders_)
            each->stop();
        for (const auto& each : servers_)
            each->stop();
        // Whatever is still pending is dropped: the end must not wait for anybody.
        asio::post(context_, [this] { context_.stop(); });
    });
    thread_.join();
}

void shard::list_metrics(std::vector<const telemetry::shard_metrics*>& to) const
{
    to.push_back(&metrics_);
    for (const auto& each : servers_)
        to.push_back(&each->metrics());
}

std::string shard::redis_trouble() const
{
    for (const auto& each : servers_)
        if (const auto trouble = each->trouble(); !trouble.empty())
            return (servers_.size() > 1 ? each->url() + ": " : std::string()).append(trouble);
    // Until then nobody with rules can be judged.
    if (!std::ranges::all_of(loaders_, [](const auto& each) { return each->answered(); }))
        return "what commands Redis has is not known yet";
    return {};
}

}   // namespace rediserve::app
