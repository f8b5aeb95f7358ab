#include "rediserve/api/upstash.hpp"

#include "api/accept.hpp"
#include "api/text.hpp"
#include "api/upstash/answer.hpp"
#include "api/upstash/command_list.hpp"
#include "api/upstash/conditional.hpp"
#include "api/upstash/events.hpp"
#include "api/upstash/json_commands.hpp"
#include "api/upstash/packed_commands.hpp"
#include "api/upstash/path_command.hpp"
#include "api/upstash/place.hpp"
#include "api/upstash/plan.hpp"
#include "api/upstash/policy.hpp"
#include "api/upstash/query_method.hpp"
#include "api/upstash/run.hpp"
#include "api/url_text.hpp"
#include "rediserve/access/principal.hpp"
#include "rediserve/access/tickets.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rediserve::api {

namespace upstash {
namespace {

using http::header;
using http::method;

// Of a person with a browser, whose request has no body either.
constexpr std::string_view welcome =
    "EOF: send a command here, curl -d '[\"PING\"]', or ask for one by its path, /ping; keys are "
    "at /keys";

constexpr std::string_view methods = "HEAD, GET, POST, PUT, OPTIONS";
constexpr std::string_view methods_with_query = "HEAD, GET, POST, PUT, QUERY, OPTIONS";
constexpr std::string_view methods_of_events = "GET, POST, OPTIONS";

bool is_offered(method asked) noexcept
{
    return asked == method::head || asked == method::get || asked == method::post || asked == method::put;
}

bool has_body(const http::request& request) noexcept
{
    return request.method == method::post || request.method == method::put;
}

std::string_view allowed(const place& at) noexcept
{
    if (at.is == place_kind::events)
        return methods_of_events;
    return takes_queries(at) ? methods_with_query : methods;
}

// The contract has it empty.
void render_method_not_offered(http::exchange& of, const place& at)
{
    of.response().begin(405);
    of.response().field("Allow", allowed(at));
    of.response().finish();
}

void advertise_query(http::exchange& of, const place& at)
{
    if (takes_queries(at))
        of.response().add_common_fields(accept_query);
}

task refuse(const call& of, std::string_view text)
{
    render_failure(of.exchange, 400, text);
    return {};
}

task refuse(const call& of, const query_refusal& why)
{
    render_failure(of.exchange, why.status, why.text);
    return {};
}

bool accepts_events(const http::request& request)
{
    std::string_view rest = request[header::accept];
    while (!rest.empty())
        if (iequals(media_type(take_part(rest, ',')), "text/event-stream"))
            return true;
    return false;
}

// The list of the thread, empty: what a request says is turned into a plan before anything else can run.
command_list& fresh_list()
{
    static thread_local command_list the_one;
    the_one.clear();
    return the_one;
}

std::size_t most_commands(const call& of) noexcept
{
    const std::size_t granted = of.by.limits.pipeline_commands;
    const std::size_t most = of.settings.upstash.pipeline_commands;
    return granted > 0 ? std::min(granted, most) : most;
}

// Reads what is to be run; yields why nothing can be.
std::optional<std::string_view> read(const call& of, const place& at, command_list& to)
{
    const http::request& request = of.exchange.request();
    if (at.is == place_kind::path) {
        read_path_command(request.path, request.query, has_body(request) ? request.body : std::string_view(), to);
        return {};
    }
    const bool one = at.is == place_kind::document;
    if (one && request.body.empty() && !has_body(request))
        return welcome;
    const form shape = one ? form::single : form::many;
    if (const auto packed = packed_notation(request[header::content_type]))
        return read_packed_commands(request.body, *packed, shape, most_commands(of), to);
    return read_json_commands(request.body, shape, most_commands(of), to);
}

error no_typed_record()
{
    return error(
        errc::not_atomic, "an answer that is kept for its Idempotency-Key has the types of RESP2; ask for JSON",
        executed::no
    );
}

bool has_conditions(const http::request& request)
{
    return !packed_notation(request[header::content_type]) && is_conditional(request.body);
}

std::string too_large(std::size_t most, std::size_t size)
{
    return "ERR max request size exceeded. Limit: " + std::to_string(most) + " bytes, Actual: " + std::to_string(size)
        + " bytes";
}

class upstash_dialect final : public dialect
{
public:
    std::string_view token(
        const http::request& of, const params& settings, std::string_view bearer, std::string& scratch
    ) const override
    {
        // A ticket is made for URLs.
        if (const auto found = query_token(of.query, scratch))
            if (settings.upstash.query_token || found->starts_with(access::tickets::mark))
                return *found;
        return bearer.empty() ? trimmed(of[header::authorization]) : bearer;
    }

    bool open(const http::request& of) const override { return !is_offered(of.method) && of.method != method::query; }

    task respond(call of) const override
    {
        const http::request& request = of.exchange.request();
        const place& at = place_of(request.path);
        of.exchange.route(at.route);
        if (!is_offered(request.method))
            return respond_otherwise(of, at);
        auto as = format_of(request);
        if (!as)
            return refuse(of, words_of(as.error()));
        return at.is == place_kind::events ? listen(of, at) : run(of, at, *as);
    }

    void fail(http::exchange& of, const error& why, const params&) const override { render_error(of, why); }

    cors_policy cors(const params& settings) const override
    {
        constexpr std::chrono::hours remembered{24};
        const std::string_view origins = settings.upstash.cors;
        return {
            .origins = origins,
            .methods = "HEAD, GET, POST, PUT, QUERY",
            .headers = {},
            .max_age = remembered,
            .credentials = true,
            .reflect = true,
        };
    }

private:
    // Methods beyond those of the contract.
    task respond_otherwise(const call& of, const place& at) const
    {
        advertise_query(of.exchange, at);
        const method by = of.exchange.request().method;
        if (by == method::query && takes_queries(at))
            return query(of, at);
        if (by != method::options) {
            render_method_not_offered(of.exchange, at);
            return {};
        }
        of.exchange.response().begin(200);   // of a preflight: the fields that the service adds say it all
        of.exchange.response().finish();
        return {};
    }

    task query(const call& of, const place& at) const
    {
        const http::request& request = of.exchange.request();
        of.exchange.response().add_common_fields(vary_of_queries);
        if (const auto why = refuse_form(request))
            return refuse(of, *why);
        const auto as = format_of(request);
        if (!as)
            return refuse(of, words_of(as.error()));
        if (of.commands.from_server())
            return run(of, at, *as);
        fail_request(of, {errc::backend_unavailable, "which commands only read is not known yet", executed::no});
        return {};
    }

    task listen(const call& of, const place& at) const
    {
        const http::request& request = of.exchange.request();
        if (request.method != method::get && request.method != method::post) {
            render_method_not_offered(of.exchange, at);
            return {};
        }
        if (!accepts_events(request))
            return refuse(of, not_over_rest(at.name) + ": ask with Accept: text/event-stream");
        const bool monitor = at.kind == redis::subscription_kind::monitor;
        std::vector<std::string> names = channels(request.path.substr(1 + at.name.size()));
        if (monitor)
            names = {""};
        if (names.empty())
            return refuse(of, "ERR wrong number of arguments for '" + std::string(at.name) + "' command");
        return stream_events(of, at.kind, std::move(names));
    }

    task run(const call& of, const place& at, format as) const
    {
        const std::size_t most = of.settings.upstash.request_bytes;
        const std::size_t size = of.exchange.request().body.size();
        if (size > most)
            return refuse(of, too_large(most, size));
        if (const auto ready = of.backend.ready(); !ready) {
            fail_request(of, ready.error());
            return {};
        }
        if (at.is == place_kind::multi_exec && has_conditions(of.exchange.request()))
            return run_if(of, as);
        command_list& commands = fresh_list();
        if (const auto why = read(of, at, commands)) {
            if (is_offered(of.exchange.request().method))   // else it is told already
                advertise_query(of.exchange, at);
            return refuse(of, *why);
        }
        std::optional<api::conditions> tagged;
        if (of.exchange.request().method == method::query) {
            if (const auto why = refuse_effects(commands, of.commands))
                return refuse(of, *why);
            auto known = api::conditions::of(of.exchange.request());
            if (!known)
                return refuse(of, words_of(known.error()));
            tagged = std::move(*known);
        }
        if (is_typed(as)) {
            if (const auto spoken = of.backend.speak_resp3(); !spoken) {
                fail_request(of, spoken.error());
                return {};
            }
        }
        const bool transacts = at.is == place_kind::multi_exec;
        plan made = transacts ? make_transaction_plan(commands, of, scripts_) : make_plan(commands, of, scripts_);
        made.tagged = std::move(tagged);
        if (is_typed(as) && of.once && !made.reads_only) {
            fail_request(of, no_typed_record());
            return {};
        }
        switch (at.is) {
        case place_kind::pipeline: return run_list(of, std::move(made), as);
        case place_kind::multi_exec: return run_transaction(of, std::move(made), as);
        default: return run_one(of, std::move(made), as);
        }
    }

    task run_if(const call& of, format as) const
    {
        if (is_typed(as)) {
            fail_request(
                of, error(errc::not_atomic, "a transaction under conditions is answered in JSON only", executed::no)
            );
            return {};
        }
        auto asked = read_conditional(of.exchange.request().body, most_commands(of));
        if (!asked) {
            fail_request(of, asked.error());
            return {};
        }
        command_list& commands = fresh_list();
        if (const auto why = read_json_commands(asked->commands, form::many, most_commands(of), commands))
            return refuse(of, *why);
        return run_transaction_if(of, make_transaction_plan(commands, of, scripts_), std::move(asked->only_if), as);
    }

    mutable changed_scripts scripts_;   // of all shards
};

}   // namespace
}   // namespace upstash

std::shared_ptr<const dialect> make_upstash_dialect()
{
    return std::make_shared<upstash::upstash_dialect>();
}

}   // namespace rediserve::api
