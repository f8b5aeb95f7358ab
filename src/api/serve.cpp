#include "rediserve/api/serve.hpp"

#include "api/cors.hpp"
#include "api/entrance.hpp"
#include "api/idempotency.hpp"
#include "api/one_step.hpp"
#include "api/patience.hpp"
#include "api/reads.hpp"
#include "rediserve/telemetry/audit.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace rediserve::api {

namespace {

bool lies_under(std::string_view path, std::string_view prefix) noexcept
{
    if (path.size() == prefix.size())
        return path == prefix && !path.empty();   // no path at all was understood of a malformed request
    return path.starts_with(prefix) && path[prefix.size()] == '/';
}

// Whether a request may say anything about replicas. All that most requests pay for them.
bool may_mind_replicas(const http::request& request) noexcept
{
    return !request.query.empty() || !request[http::header::upstash_sync_token].empty();
}

// From where it reads, and what its client has written. A token that tells of writes goes on telling of them.
result<void> mind_replicas(http::exchange& of, access::asker& asked)
{
    const http::request& request = of.request();
    const auto wanted = wants_replica(request.query);
    if (!wanted)
        return wanted.error();
    const std::string_view token = request[http::header::upstash_sync_token];
    asked.reads_replicas = wanted->value_or(asked.reads_replicas);
    if (!asked.reads_replicas && !client_writes::has_any(token))
        return {};
    const auto writes = std::make_shared<client_writes>(token);
    of.response().fields_from(writes.get());
    asked.seen = {writes, &writes->seen};
    return {};
}

// A request's way to do what it does once, and the server that it is done on.
struct held_step
{
    template <class... Arguments>
    explicit held_step(std::shared_ptr<const void> on, Arguments&&... of) : server(std::move(on)), step(of...)
    {}

    std::shared_ptr<const void> server;
    one_step step;
};

}   // namespace

std::string_view dialect::token(const http::request&, const params&, std::string_view bearer, std::string&) const
{
    return bearer;
}

bool dialect::open(const http::request&) const
{
    return false;
}

cors_policy dialect::cors(const params& settings) const
{
    return policy_of(settings.cors);
}

std::string_view dialect::caching() const
{
    return "no-store";
}

service::service(
    std::vector<mount> mounts, access::servers servers, const params& settings,
    std::shared_ptr<const access::policy> policy, telemetry::shard_metrics& metrics,
    access::rate_reports::caller call_report_rates, std::shared_ptr<running_requests> running
)
    : mounts_(std::move(mounts))
    , servers_(std::move(servers))
    , settings_(settings)
    , reports_(servers_, metrics, std::move(call_report_rates))
    , entrance_(std::make_unique<entrance>(std::move(policy), reports_))
    , running_(running ? std::move(running) : make_running_requests())
    , metrics_(metrics)
{
    const auto length = [](const mount& of) { return of.prefix.size(); };
    std::ranges::stable_sort(mounts_, std::ranges::greater(), length);
}

std::shared_ptr<running_requests> make_running_requests()
{
    return std::make_shared<running_requests>();
}

service::~service() = default;

bool service::admit(http::exchange& of)
{
    const mount* const at = find(of.request().path);
    prepare(of, at);
    const bool open = at && (at->access == guard::open || at->dialect->open(of.request()));
    if (open)
        of.held() = servers_.find(0);
    else if (!let_in(of, at))   // before anything is told about what there is
        return false;
    if (!at)
        answer_unmounted(of);
    return at != nullptr;
}

void service::answer_unmounted(http::exchange& of) const
{
    if (of.request().path == "*")   // of OPTIONS: what the server as a whole offers (RFC 9110, 9.3.7)
        render_allowed_methods(of, "GET, HEAD, QUERY, PUT, PATCH, POST, DELETE, OPTIONS");
    else
        render_error(of, unknown_path());
}

bool service::let_in(http::exchange& of, const mount* at)
{
    const http::request& request = of.request();
    std::string decoded;
    std::string scratch;
    access::credentials shown = access::read_credentials(request[http::header::authorization], decoded);
    if (at && !shown.basic)
        shown.bearer = at->dialect->token(request, settings_, shown.bearer, scratch);
    access::principal_ptr who;
    if (const auto admitted = entrance_->admit(of, shown, who); !admitted)
        return turn_away(of, at, admitted.error(), who.get());
    if (const auto why = forbid(of, at, *who, shown.bearer))
        return turn_away(of, at, *why, who.get());
    of.held() = servers_.find(who->backend);
    if (!of.held())   // only with a ticket from before a reload
        return turn_away(of, at, error(errc::unauthorized, "the ticket is for a Redis server that is gone"), who.get());
    return true;
}

bool service::turn_away(http::exchange& of, const mount* at, const error& why, const access::principal* by) const
{
    metrics_.reject(why);
    if (telemetry::audits(false))
        tell(of, at, why, by);
    refuse(of, at, why);
    return false;
}

// The path may hold keys, values and tokens: of it, only what the configuration has put there is told.
void service::tell(const http::exchange& of, const mount* at, const error& why, const access::principal* by) const
{
    const auto from = entrance_->origin(of);
    const std::string address = from ? text_of(*from) : std::string();
    const std::string_view prefix = at ? std::string_view(at->prefix) : std::string_view("-");
    telemetry::audit({
        .request = of.id(),
        .principal = by ? by->name : std::string_view("-"),
        .address = address,
        .method = name(of.request().method),
        .mount = prefix.empty() ? "/" : prefix,
        .why = why,
    });
}

// Why a browser must not have what `by` may: a page could do everything here that its visitor could.
std::optional<error> service::forbid(
    const http::exchange& of, const mount* at, const access::principal& by, std::string_view token
) const
{
    const http::request& request = of.request();
    const bool anonymous = &by == access::anonymous().get();
    const bool from_page = !request[http::header::origin].empty() || !request[http::header::sec_fetch_site].empty();
    if (!anonymous && !from_page)
        return std::nullopt;
    const bool page_knows_token = !anonymous && !token.empty() && !adds_by_itself(request[http::header::authorization]);
    if (page_knows_token)
        return std::nullopt;
    if (from_page && is_foreign(request, cors(of, at).origins))
        return error(errc::forbidden, "pages of other sites may not ask without a token of their own");
    if (anonymous && listener(of).loopback && is_anybodys_name(request[http::header::host]))
        return error(
            errc::forbidden,
            "a gateway without a token answers here only as localhost or by its address, and Host names something else"
        );
    return std::nullopt;
}

// What every answer to a browser says, whoever gives it.
void service::prepare(http::exchange& of, const mount* at) const
{
    const http::request& request = of.request();
    if (!is_for_browsers(request))
        return;
    const std::string_view caching = at ? at->dialect->caching() : "no-store";
    of.response().common_fields(browser_fields(request, cors(of, at), caching));
}

cors_policy service::cors(const http::exchange& of, const mount* at) const
{
    cors_policy policy = at ? at->dialect->cors(settings_) : policy_of(settings_.cors);
    if (const std::string& own = listener(of).cors; !own.empty())
        policy.origins = own;
    return policy;
}

const listener_params& service::listener(const http::exchange& of) const
{
    static const listener_params nothing_known;
    const std::size_t index = of.peer().listener;
    return index < settings_.listeners.size() ? settings_.listeners[index] : nothing_known;
}

void service::refuse(http::exchange& of, const mount* at, const error& why) const
{
    if (at)
        at->dialect->fail(of, why, settings_);
    else
        render_error(of, why);
}

task service::handle(http::exchange& of)
{
    const mount* const at = find(of.request().path);
    const access::principal& by = of.principal() ? *of.principal() : *access::nobody();
    entrance_->charge(of, of.request().body.size());
    access::asker asked{.request = of.id(), .ended = &of.peer().ended};
    if (const auto patience = patience_of(of.request()[http::header::prefer]))
        asked.until = std::chrono::steady_clock::now() + *patience;
    if (telemetry::audits(true) || telemetry::audits(false))
        asked.from = entrance_->origin(of);
    const auto& given = *static_cast<const access::server*>(of.held().get());
    asked.reads_replicas = by.reads_replicas.value_or(given.reads_replicas);
    const bool preflight = of.request().method == http::method::options;   // which is answered whatever it is about
    if (!preflight && (asked.reads_replicas || may_mind_replicas(of.request()))) {
        if (const auto fine = mind_replicas(of, asked); !fine) {
            metrics_.reject(fine.error());
            refuse(of, at, fine.error());
            return {};
        }
    }
    const auto& commands = given.commands;
    if (!by.login)
        return respond(of, at, given, {*given.backend, commands, by, asked, &reports_}, by);
    auto guest = given.backend->as(*by.login);
    if (!guest) {
        turn_away(of, at, guest.error(), &by);
        return {};
    }
    return respond(of, at, given, {std::move(*guest), commands, by, asked, &reports_}, by);
}

task service::respond(
    http::exchange& of, const mount* at, const access::server& given, const access::gate& through,
    const access::principal& by
)
{
    const access::authenticator& known = *entrance_->policy().who;
    one_step* once = nullptr;
    // One without a value counts: whoever sends that believes to be safe.
    if (of.request()[http::header::idempotency_key].data() != nullptr) {
        const auto made = do_once(of, through, by);
        if (!made) {
            metrics_.reject(made.error());
            refuse(of, at, made.error());
            return {};
        }
        once = *made;
    }
    return at->dialect->respond({of, through, settings_, metrics_, *given.commands, known, by, once});
}

// It is needed for as long as the server is, so it is held with it.
result<one_step*> service::do_once(http::exchange& of, const access::gate& through, const access::principal& by)
{
    auto again = repeatable::read(of.request(), by.name, settings_.idempotency_window);
    if (!again)
        return again.error();
    const auto made = std::make_shared<held_step>(of.held(), of, through, metrics_);
    made->step.keep_record(std::move(*again), *running_);
    of.held() = std::shared_ptr<const void>(made, of.held().get());
    return &made->step;
}

void service::settle(http::exchange& of) noexcept
{
    entrance_->charge(of, of.response().body_size());
}

void service::reject(http::exchange& of, const error& why)
{
    const mount* const at = find(of.request().path);
    prepare(of, at);
    refuse(of, at, why);
}

void service::apply(const params& settings, std::shared_ptr<const access::policy> policy, access::servers servers)
{
    settings_ = settings;
    servers_ = std::move(servers);
    reports_.use(servers_);
    entrance_->apply(std::move(policy));
}

const mount* service::find(std::string_view path) const noexcept
{
    const auto serves = [path](const mount& of) { return lies_under(path, of.prefix); };
    const auto found = std::ranges::find_if(mounts_, serves);
    return found == mounts_.end() ? nullptr : &*found;
}

error service::unknown_path() const
{
    std::string text = "there is nothing at this path; try";
    for (const mount& known : mounts_)
        text.append(&known == &mounts_.front() ? " " : ", ").append(known.prefix.empty() ? "/" : known.prefix);
    return error(errc::unknown_resource, std::move(text));
}

}   // namespace rediserve::api
