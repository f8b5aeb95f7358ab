#include "api/one_step.hpp"

#include "rediserve/commands/redis_error.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace rediserve::api {

namespace {

// From here on a script goes by its source at once, so that the commands are written only once.
constexpr std::size_t large_commands = 64 * 1024;   // bytes

// In a cluster a record is where the data is, and another request with the same key may be about data elsewhere; so the key
// itself has a place, too. KEYS: that. ARGV: fingerprint, window in ms. 1: it is this request's.
constexpr std::string_view claim_source = R"lua(
local held = redis.call('GET', KEYS[1])
if held then return held == ARGV[1] and 1 or 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
)lua";

error reused()
{
    return error(errc::idempotency_key_reused, "this Idempotency-Key came before, with another request", executed::no);
}

// What a condition reads, for who judges it.
redis::batch reads_of(const std::vector<commands::condition>& conditions)
{
    redis::batch made;
    for (const commands::condition& each : conditions)
        made.add(each.is == commands::condition::kind::exists ? "EXISTS" : "GET", each.key);
    return made;
}

}   // namespace

one_step::one_step(http::exchange& of, const access::gate& through, telemetry::shard_metrics& metrics)
    : exchange_(of), gate_(through), metrics_(metrics)
{}

result<redis::submission*> one_step::submit(
    redis::batch&& commands, redis::submit_options options, redis::reply_sink& sink
)
{
    known_ = gate_.table();
    if (stage_ != stage::fresh)
        return error(errc::not_atomic, "this takes more than one step", executed::maybe);
    what_.commands = std::move(commands);
    what_.in_slots = !gate_.tag_beside({}).empty();
    if (auto fine = check(options); !fine)
        return fine.error();
    options_ = options;
    options_.stands_for = {};
    options_.one_by_one = false;
    options_.read_only = false;
    sink_ = &sink;
    if (repeatable_) {
        auto place = running_requests_->join(repeatable_->name);
        if (!place)
            return refused(place.error());
        place_ = std::move(*place);
        if (auto named = name_record(); !named) {
            place_.reset();
            return named.error();
        }
    }
    const bool claims = what_.once && what_.in_slots;
    const bool large = what_.commands.bytes() >= large_commands;
    if (auto sent = send(claims ? stage::claims : large ? stage::by_source : stage::by_digest); !sent) {
        place_.reset();
        return sent.error();
    }
    return static_cast<redis::submission*>(this);
}

result<void> one_step::check(const redis::submit_options& options)
{
    if (auto possible = commands::can_enclose(what_, *known_); !possible)
        return possible;
    if (!what_.only_if.empty())
        if (auto fine = gate_.admit(reads_of(what_.only_if), {}); !fine)
            return fine;
    return gate_.admit(what_.commands, options);
}

// Beside the data. Before the key is claimed, so that what cannot be done claims nothing.
result<void> one_step::name_record()
{
    std::string_view tag;
    if (what_.in_slots) {
        const std::vector<std::string> keys = commands::keys_told(what_, *known_);
        tag = gate_.tag_beside(keys.empty() ? repeatable_->name : keys.front());
        if (std::ranges::any_of(keys, [&](const std::string& key) { return gate_.tag_beside(key) != tag; }))
            return error(
                errc::cross_slot, "the keys are in several slots of the cluster, so this cannot be one step",
                executed::no
            );
    }
    what_.once.emplace(commands::record{
        .key = record_key(tag, repeatable_->name),
        .fingerprint = repeatable_->fingerprint,
        .window = repeatable_->window,
    });
    return {};
}

redis::batch one_step::claim() const
{
    redis::batch made;
    made.add(
        "EVAL", claim_source, 1, record_key({}, repeatable_->name), what_.once->fingerprint, what_.once->window.count()
    );
    return made;
}

result<void> one_step::send(stage what)
{
    stage_ = what;
    const auto how = what == stage::by_source ? commands::script_by::source : commands::script_by::digest;
    auto sent = gate_.pass(
        what == stage::claims ? claim() : commands::enclose(what_, *known_, how), redis::submit_options(options_), *this
    );
    if (!sent)
        return sent.error();
    running_ = *sent;
    return {};
}

void one_step::cancel(redis::submission&) noexcept
{
    place_.reset();
    if (running_)
        gate_.cancel(*std::exchange(running_, nullptr));
}

result<void> one_step::acquire(redis::lease_waiter&, steady_time)
{
    return error(
        errc::not_atomic, "this needs a connection of its own, so it cannot be done in one step", executed::no
    );
}

result<redis::subscription> one_step::subscribe(redis::subscription_kind, std::string_view, redis::subscription_sink&)
{
    return error(errc::not_atomic, "listening is not done in one step", executed::no);
}

void one_step::on_reply(const redis::reply_view& reply, std::size_t) noexcept
{
    running_ = nullptr;
    if (reply.is_oversized())
        fail(commands::redis_failure(reply));
    else if (stage_ == stage::claims && reply.is_integer())
        reply.integer() == 1 ? go_on(stage::by_digest) : fail(reused());
    else if (stage_ == stage::by_digest && reply.is_error("NOSCRIPT"))
        go_on(stage::by_source);
    else
        tell(reply);
}

void one_step::go_on(stage what) noexcept
{
    if (const auto sent = send(what); !sent)
        fail(sent.error());
}

// Whoever is told last may end the request, and this with it.
void one_step::tell(const redis::reply_view& reply) noexcept
{
    using outcome = commands::enclosed_reply::outcome;
    const commands::enclosed_reply got(reply, what_.commands);
    place_.reset();
    if (got.repeated()) {
        metrics_.repeats_answered.add(1);
        exchange_.response().add_common_fields("Idempotent-Replayed: true\r\n");
    }
    if (got.what() == outcome::reused)
        return fail(reused());
    if (got.what() == outcome::unmet) {
        unmet_ = got.unmet();
        return fail(error(errc::precondition_failed, "a condition does not hold; nothing was done", executed::no));
    }
    if (got.what() == outcome::refused && !reply.is_error())
        return fail(error(errc::backend_protocol, "Redis has answered a script in a form that it does not have"));
    redis::reply_sink& to = *sink_;
    for (std::size_t i = 0, count = got.size(); i < count; ++i)
        to.on_reply(got[i], i);
}

void one_step::on_failure(error why) noexcept
{
    running_ = nullptr;
    if (stage_ == stage::claims)
        why.executed = executed::no;
    fail(std::move(why));
}

void one_step::fail(error why) noexcept
{
    place_.reset();
    sink_->on_failure(refused(std::move(why)));
}

error one_step::refused(error why) const
{
    if (why.code == errc::idempotency_key_reused || why.code == errc::idempotency_key_busy)
        metrics_.repeats_refused.add(1);
    return why;
}

}   // namespace rediserve::api
