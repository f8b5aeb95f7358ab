#include "rediserve/app/server.hpp"

#include "app/banner.hpp"
#include "app/dialects.hpp"
#include "app/drain.hpp"
#include "app/embedded_redis.hpp"
#include "app/inherited_listeners.hpp"
#include "app/resources.hpp"
#include "app/service_variables.hpp"
#include "app/signals.hpp"
#include "app/start_failure.hpp"
#include "app/supervisor_link.hpp"
#include "rediserve/app/shard.hpp"
#include "rediserve/config/server_register.hpp"
#include "rediserve/http/tls.hpp"
#include "rediserve/redis/address.hpp"
#include "rediserve/telemetry/access_log.hpp"
#include "rediserve/telemetry/audit.hpp"
#include "rediserve/telemetry/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rediserve::app {

namespace {

using telemetry::level;
using telemetry::report;

// Everything here happens on the control thread, which is the one that called run(), unless marked.
class server
{
public:
    server(
        const config::settings& loaded, const std::vector<std::string>& arguments, const config::environment& from,
        const service_variables& service
    )
        : loaded_(loaded)
        , drain_grace_(loaded.drain_grace)
        , drain_timeout_(loaded.drain_timeout)
        , arguments_(arguments)
        , environment_(from)
        , service_(service)
    {}

    // Throws start_failure; otherwise returns when a signal has ended it.
    void run()
    {
        raise_descriptor_limit(loaded_.http.limits.connections);
        take_sockets();
        load_certificates();
        if (const auto started = telemetry::start_audit(loaded_.audit); !started)
            throw start_failure(unavailable, started.error().detail);
        start_redis();
        make_shards();
        open_listener();
        for (const auto& each : shards_)
            each->start();
        listener_->start();
        announce(facts(), loaded_.log.format);
        supervisor_.begin(listener_->urls());
        control_.run();
        stop();
    }

private:
    // Sockets that the service manager has opened take the place of the configured ones. What holds for those holds for them,
    // too, wherever they really listen.
    void take_sockets()
    {
        auto taken = take_listeners(service_.sockets, loaded_.http.listen);
        if (!taken)
            throw start_failure(configuration, taken.error().detail);
        if (taken->sockets.empty())
            return;
        sockets_ = std::move(taken->sockets);
        loaded_.http.listen = std::move(taken->at);
        if (const auto why = config::objection(loaded_, loaded_); !why.empty())
            throw start_failure(configuration, why);
    }

    void load_certificates()
    {
        if (const auto loaded = take_certificates(loaded_.http); !loaded)
            throw start_failure(configuration, loaded.error().detail);
    }

    // Loads what the endpoints that are open need, from where `into` says that it is.
    result<void> take_certificates(http::params& into) const
    {
        if (std::ranges::none_of(loaded_.http.listen, &http::endpoint::tls))
            return {};
        auto loaded = http::tls_server::load(into.tls);
        if (!loaded)
            return loaded.error();
        into.handshakes = std::move(*loaded);
        return {};
    }

    void start_redis()
    {
        if (loaded_.embedded.enabled)
            redis_.emplace(control_, loaded_.embedded, environment_);
        own_ = own_server(loaded_);
    }

    // Which server redis.* and embedded.* stand for in this process, as far as they can change in it.
    redis::params own_server(const config::settings& read) const
    {
        redis::params made = read.redis;
        if (redis_)
            made.address = redis_->address();
        else if (read.embedded.enabled)
            made = own_;
        return made;
    }

    void make_shards()
    {
        config::settings numbered = loaded_;
        servers_ = register_.number(numbered, own_);
        policy_ = std::make_shared<const access::policy>(numbered.access);
        const auto mounts =
            dialects(loaded_.api, {[this] { return not_ready(); }, [this] { return metrics_text(); }}, policy_->out);
        const auto running = api::make_running_requests();
        const unsigned count = shard_count(loaded_.threads);
        for (unsigned number = 0; number < count; ++number)
            shards_.push_back(std::make_unique<shard>(number, loaded_, servers_, mounts, policy_, running));
    }

    void open_listener()
    {
        std::vector<http::connection_pool*> pools;
        for (const auto& each : shards_)
            pools.push_back(&each->connections());
        listener_ = http::make_listener(control_, loaded_.http, std::move(pools), metrics_);
        if (!sockets_.empty())
            listener_->adopt(loaded_.http.listen, sockets_);
        else if (const auto opened = listener_->open(loaded_.http.listen); !opened)
            throw start_failure(unavailable, opened.error().detail);
    }

    start_facts facts() const
    {
        start_facts all;
        all.urls = listener_->urls();
        all.redis = redis::masked_url(own_.address);
        all.embedded = redis_.has_value();
        all.threads = static_cast<unsigned>(shards_.size());
        all.guarded = loaded_.access.guards();
        return all;
    }

    // ---- what others ask: any shard's thread ----

    std::string not_ready() const
    {
        if (draining_.load(std::memory_order_relaxed))
            return "the process is shutting down";
        for (const auto& each : shards_)
            if (auto trouble = each->redis_trouble(); !trouble.empty())
                return trouble;
        return {};
    }

    std::string metrics_text() const
    {
        std::vector<const telemetry::shard_metrics*> all{&metrics_};
        for (const auto& each : shards_)
            each->list_metrics(all);
        return telemetry::prometheus_text(all, REDISERVE_VERSION);
    }

    // ---- what the service manager is told ----

    // Calls `then` when the loops of all shards have turned, on the control thread.
    void go_round(const std::function<void(bool settled)>& then)
    {
        struct round
        {
            std::size_t awaited;
            bool settled = true;
        };
        const auto going = std::make_shared<round>(round{shards_.size()});
        for (const auto& each : shards_)
            each->turn([this, going, then](bool settled) {
                boost::asio::post(control_, [going, then, settled] {
                    going->settled = going->settled && settled;
                    if (--going->awaited == 0)
                        then(going->settled);
                });
            });
    }

    // ---- signals ----

    // The first one begins the drain, the second ends it.
    void on_stop(int number)
    {
        const auto* const name = number == SIGINT ? "SIGINT" : "SIGTERM";
        if (draining_.exchange(true)) {
            report(level::info, "server", "stopping_at_once", {{"signal", name}});
            return control_.stop();
        }
        report(level::info, "server", "draining", {{"signal", name}});
        supervisor_.stopping();
        drain_.emplace(control_, drain::parts{*listener_, shards_}, [this] { control_.stop(); });
        drain_->begin(drain_grace_, drain_timeout_);
    }

    void on_reload()
    {
        supervisor_.reloading();
        auto read = config::load(arguments_, environment_);
        if (!read)
            return refuse_reload(read.error().text);
        if (!sockets_.empty())
            read->values.http.listen = loaded_.http.listen;
        if (const auto why = config::objection(loaded_, read->values); !why.empty())
            return refuse_reload(why);
        if (const auto taken = take_certificates(read->values.http); !taken)
            return refuse_reload(taken.error().detail);
        const auto next = numbered(std::move(*read));
        if (const auto fine = check_servers(next->servers); !fine)
            return refuse_reload(fine.error().detail);
        if (const auto opened = telemetry::start_audit(next->values.audit); !opened)
            return refuse_reload(opened.error().detail);
        for (const std::string& option : config::needs_restart(loaded_, next->values))
            report(level::warn, "config", "needs_restart", {{"option", option}});
        prepare(next);
    }

    void refuse_reload(std::string_view why)
    {
        report(level::error, "config", "refused", {{"why", why}});
        telemetry::reopen_audit();   // a file that was rotated is let go whatever else is wrong
        supervisor_.reloaded();
    }

    // What was read at SIGHUP, until all shards are connected to the servers that are new, or cannot be.
    struct reload
    {
        config::settings values;
        std::string file;
        redis::params own;
        shard::server_list servers;
        std::size_t awaited;   // shards
    };

    std::shared_ptr<reload> numbered(config::command_line read)
    {
        auto made = std::make_shared<reload>();
        made->own = own_server(read.values);
        made->values = std::move(read.values);
        made->file = std::move(read.file);
        made->servers = register_.number(made->values, made->own);
        made->awaited = shards_.size();
        return made;
    }

    static result<void> check_servers(const shard::server_list& all)
    {
        for (const auto& one : all)
            if (auto fine = redis::check_files(one.settings); !fine)
                return fine;
        return {};
    }

    // One that is not applied yet gives way to this one.
    void prepare(const std::shared_ptr<reload>& next)
    {
        next_ = next;
        for (const auto& each : shards_)
            each->prepare(next->servers, [this, next] {
                boost::asio::post(control_, [this, next] { on_prepared(next); });
            });
    }

    void on_prepared(const std::shared_ptr<reload>& which)
    {
        if (which != next_ || --which->awaited > 0)
            return;
        next_.reset();
        register_.forget_others(which->servers);
        tell_servers(servers_, which->servers, "server_removed");
        tell_servers(which->servers, servers_, "server_added");
        own_ = which->own;
        servers_ = which->servers;
        apply(std::make_shared<const config::settings>(std::move(which->values)));
        report(level::info, "config", "reloaded", {{"file", which->file}});
        supervisor_.reloaded();
    }

    // Those of `these` that are none of `others`.
    static void tell_servers(const shard::server_list& these, const shard::server_list& others, std::string_view event)
    {
        for (const auto& one : these)
            if (std::ranges::find(others, one.number, &config::numbered_server::number) == others.end())
                report(level::info, "config", event, {{"server", redis::masked_url(one.settings.address)}});
    }

    void apply(const std::shared_ptr<const config::settings>& fresh)
    {
        telemetry::set_level(fresh->log.level);
        telemetry::log_all_requests(fresh->log.requests);
        drain_grace_ = fresh->drain_grace;
        drain_timeout_ = fresh->drain_timeout;
        policy_ = std::make_shared<const access::policy>(fresh->access, policy_.get());
        for (const auto& each : shards_)
            each->apply(fresh, policy_, servers_);
        listener_->apply(fresh->http);
    }

    void stop()
    {
        listener_->close();
        for (const auto& each : shards_)
            each->stop();
        redis_.reset();
        report(level::info, "server", "stopped");
    }

    config::settings loaded_;   // as read at the start: what needs a restart is compared with it
    redis::params own_;         // the server of redis.url, or the embedded one
    config::server_register register_;
    shard::server_list servers_;
    std::shared_ptr<reload> next_;
    std::chrono::milliseconds drain_grace_;
    std::chrono::milliseconds drain_timeout_;
    std::vector<std::string> arguments_;
    config::environment environment_;
    service_variables service_;
    std::vector<int> sockets_;   // the service manager's, one for each place to listen; empty: there are none

    boost::asio::io_context control_{1};
    signals signals_{control_, {[this](int number) { on_stop(number); }, [this] { on_reload(); }}};
    std::optional<embedded_redis> redis_;
    telemetry::shard_metrics metrics_;   // the listener's
    std::atomic<bool> draining_{false};
    std::shared_ptr<const access::policy> policy_;
    std::vector<std::unique_ptr<shard>> shards_;
    std::unique_ptr<http::listener> listener_;
    std::optional<drain> drain_;
    supervisor_link supervisor_{
        control_, service_, {[this] { return not_ready(); }, [this](const auto& then) { go_round(then); }}};
};

// Before there is a second thread: nobody else may read the environment while it is changed.
service_variables take_service_variables(const config::environment& from)
{
    auto read = read_service_variables(from, ::getpid());
    if (!read)
        throw start_failure(configuration, read.error().detail);
    forget_service_variables();
    return *std::move(read);
}

}   // namespace

int run(const config::command_line& started, const std::vector<std::string>& arguments, const config::environment& from)
{
    int code = ok;
    try {
        const auto service = take_service_variables(from);
        telemetry::start_log(started.values.log);
        server(started.values, arguments, from, service).run();
    } catch (const start_failure& why) {
        std::cerr << "rediserve: " << why.what() << std::endl;
        code = why.code();
    }
    telemetry::stop_audit();
    telemetry::stop_log();
    return code;
}

}   // namespace rediserve::app
