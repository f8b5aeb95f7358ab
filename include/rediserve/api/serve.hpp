// The steps every request takes: route → authenticate → the dialect's parse, execute, render.
#pragma once

#include "rediserve/access/policy.hpp"
#include "rediserve/access/rate_reports.hpp"
#include "rediserve/access/servers.hpp"
#include "rediserve/api/dialect.hpp"
#include "rediserve/http/handler.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api {

class entrance;           // private to the room
class one_step;           // private to the room
class running_requests;   // private to the room

// Of the requests with an Idempotency-Key, those that are running. One for all shards.
std::shared_ptr<running_requests> make_running_requests();

enum class guard { token, open };   // whether a mount asks for credentials

// A dialect's place on a listener: every path that is `prefix` or begins with it and a slash. The empty prefix is the root,
// and takes every path that no other one has.
struct mount
{
    std::string prefix;   // "/keys"; no slash at the end
    guard access = guard::token;
    std::shared_ptr<const api::dialect> dialect;
};

// The handler of one shard's connections. One thread, except where marked. Without `running` it has a list of its own.
class service final : public http::handler
{
public:
    service(
        std::vector<mount> mounts, access::servers servers, const params& settings,
        std::shared_ptr<const access::policy> policy, telemetry::shard_metrics& metrics,
        access::rate_reports::caller call_report_rates = {}, std::shared_ptr<running_requests> running = {}
    );
    ~service() override;

    bool admit(http::exchange& of) override;
    task handle(http::exchange& of) override;
    void settle(http::exchange& of) noexcept override;
    void reject(http::exchange& of, const error& why) override;

    // From the shard's thread, between requests.
    // The servers and who is given them change in one step; requests that have come in stay with the server they were given.
    void apply(const params& settings, std::shared_ptr<const access::policy> policy, access::servers servers);
    // Tells Redis what was taken under rates of all gateways, when the constructor's caller was asked to.
    void report_rates() { reports_.tell(std::chrono::steady_clock::now()); }

private:
    const mount* find(std::string_view path) const noexcept;
    task respond(
        http::exchange& of, const mount* at, const access::server& given, const access::gate& through,
        const access::principal& by
    );
    result<one_step*> do_once(http::exchange& of, const access::gate& through, const access::principal& by);
    bool let_in(http::exchange& of, const mount* at);
    bool turn_away(http::exchange& of, const mount* at, const error& why, const access::principal* by) const;
    void tell(const http::exchange& of, const mount* at, const error& why, const access::principal* by) const;
    std::optional<error> forbid(
        const http::exchange& of, const mount* at, const access::principal& by, std::string_view token
    ) const;
    void prepare(http::exchange& of, const mount* at) const;
    cors_policy cors(const http::exchange& of, const mount* at) const;
    const listener_params& listener(const http::exchange& of) const;
    void refuse(http::exchange& of, const mount* at, const error& why) const;
    void answer_unmounted(http::exchange& of) const;
    error unknown_path() const;

    std::vector<mount> mounts_;   // longest prefix first
    access::servers servers_;
    params settings_;
    access::rate_reports reports_;
    std::unique_ptr<entrance> entrance_;
    std::shared_ptr<running_requests> running_;
    telemetry::shard_metrics& metrics_;
};

// The error body of the keys and admin dialects: {"error","code"[,"executed"]} with the status of the catalogue,
// Retry-After and WWW-Authenticate where they are due. An answer that has begun is cut off instead.
void render_error(http::exchange& of, const error& why);

// 405; `allow` lists what is offered here: "GET, HEAD, OPTIONS".
void render_method_not_allowed(http::exchange& of, std::string_view allow);

// The answer to OPTIONS: 204 with Allow.
void render_allowed_methods(http::exchange& of, std::string_view allow);

}   // namespace rediserve::api
