#include "api/upstash/run.hpp"

#include "api/ask.hpp"
#include "api/etag.hpp"
#include "api/upstash/collector.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rediserve::api::upstash {

namespace {

using shape = collector::shape;

constexpr std::size_t usual_answer = 64;   // bytes; a guess that saves moves

effect effect_of(const plan& what) noexcept
{
    return what.reads_only ? effect::reads : effect::writes;
}

// An answer whose size is known: it was put together beforehand.
void render(http::exchange& of, unsigned status, std::string_view body, format as)
{
    http::response& answer = begin(of, status, as);
    answer.content(content_type(as), body.size()).append(body);
    answer.finish();
}

// The same with a tag, by which the client may know it already (RFC 9110, 13.1).
void render_tagged(const call& of, const api::conditions& known, std::string_view body, format as)
{
    const api::etag tag = api::etag::of(body);
    const api::verdict how = judge(known, tag.opaque());
    if (how == api::verdict::failed)
        return fail_request(of, error(errc::precondition_failed, "the answer is another one than If-Match names"));
    http::response& answer = begin(of.exchange, how == api::verdict::not_modified ? 304 : 200, as);
    answer.field("ETag", tag.quoted());
    if (how == api::verdict::proceed)
        answer.content(content_type(as), body.size()).append(body);
    answer.finish();
}

unsigned status_of(const collector& done, shape of) noexcept
{
    if (of == shape::list || !done.failed())
        return 200;
    return done.oversized() ? 413 : 400;
}

// The usual case: one command, whose reply goes as it is, and straight into the output.
void render_only(const call& of, const plan& what, const redis::reply_view& reply, format as, shape in)
{
    http::response& answer = begin(of.exchange, in == shape::one && reply.value().is_error() ? 400 : 200, as);
    collector done(answer.content(content_type(as), reply.text().size() + 20), what, of.backend, as, in);
    done.visit(reply, 0);
    done.finish();
    answer.finish();
}

// Of a plan's commands, the first `sent` were given to Redis.
void render_all(
    const call& of, const plan& what, collector& done, std::size_t sent, const buffer& body, const result<void>& how,
    format as, shape in
)
{
    if (!how && (in == shape::one || !done.any_reply()))
        return fail_request(of, how.error());
    if (!how) {
        of.metrics.reject(how.error());
        done.fail_rest(how.error(), sent);
    }
    done.finish();
    const unsigned status = status_of(done, in);
    if (what.tagged && status == 200)
        render_tagged(of, *what.tagged, body.view(), as);
    else
        render(of.exchange, status, body.view(), as);
}

timed_op<commands::each_op> send(
    const call& of, redis::lease& own, effect what, trip&& now, commands::reply_visitor& to
)
{
    if (own)
        return {of.exchange,
                of.backend,
                own,
                options_of(of, what),
                of.backend.command_timeout() + now.wait,
                std::move(now.commands),
                to};
    return {of.exchange, client_of(of, what), options_of(of, what), std::move(now.commands), to};
}

task run_only(call of, plan what, format as, shape in)
{
    const commands::reply_or_error got = co_await ask(of, effect_of(what), std::move(what.commands));
    if (got)
        render_only(of, what, *got, as, in);
    else
        fail_request(of, got.error());
}

task run_together(call of, plan what, format as, shape in)
{
    buffer body;
    body.reserve(what.count * usual_answer);
    collector done(body, what, of.backend, as, in);
    redis::lease none;
    trip only;
    only.commands = std::move(what.commands);
    const std::size_t sent = only.commands.size();
    const result<void> how = co_await send(of, none, effect_of(what), std::move(only), done);
    render_all(of, what, done, sent, body, how, as, in);
}

// Asks for the types of the keys of a page of SCAN.
class types final : public commands::reply_visitor
{
public:
    explicit types(const page_of_keys& about) : about_(about) {}

    trip question() const
    {
        trip asked;
        for (const std::string& key : about_.keys)
            asked.commands.add("TYPE", key);
        return asked;
    }
    void visit(const redis::reply_view& reply, std::size_t) noexcept override { found.emplace_back(reply.text()); }
    void visit_missing(const error& why, std::size_t) noexcept override { missing = why; }

    std::vector<std::string> found;
    result<void> missing;

private:
    const page_of_keys& about_;
};

// Of a page that came, and whose types did not.
error half_done(error why)
{
    if (why.executed == executed::no)
        why.executed = executed::maybe;
    return why;
}

std::string wrong_login(const redis::login& of, const std::string& said)
{
    if (!said.starts_with("WRONGPASS"))
        return said;
    return "ERR Wrong password or user \"" + of.user + "\" does not exist";
}

// While a command blocks, the client's end is to be noticed, and nothing is to be said meanwhile.
class silent_watcher final : public http::stream_watcher
{
public:
    explicit silent_watcher(http::exchange& of) : of_(of) { of.watch(this); }
    silent_watcher(const silent_watcher&) = delete;
    silent_watcher& operator=(const silent_watcher&) = delete;
    ~silent_watcher() { of_.watch(nullptr); }

    void on_idle() noexcept override {}
    void on_draining() noexcept override {}

private:
    http::exchange& of_;
};

// Each trip may be answered with as much as a request may, but what was answered before counts.
result<void> room_for_more(const call& of, const buffer& answered)
{
    const std::size_t most = of.backend.most_reply();
    if (most == 0 || answered.size() <= most)
        return {};
    return error(
        errc::reply_too_large,
        "max reply size exceeded. Limit: " + std::to_string(most) + " bytes, which the commands before have taken",
        executed::no
    );
}

// Answers ACL RESTTOKEN, now that it is known what the server said to the login.
void conclude(const proof& of, const std::string& said, collector& to)
{
    if (said.empty())
        to.add_token(of.token);
    else
        to.add_refusal(wrong_login(of.user, said));
}

// What does not fit into one write; on a connection of its own when a command may block it. Nothing behind a command that
// blocks is sent before it is answered, so that of a client that has left nothing more is run.
task run_trips(call of, plan what, format as, shape in)
{
    buffer body;
    collector done(body, what, of.backend, as, in);
    redis::lease own;
    result<void> how;
    std::size_t sent = 0;
    std::optional<silent_watcher> watcher;
    if (what.leased) {
        watcher.emplace(of.exchange);
        result<redis::lease> got = co_await timed_op<commands::lease_op>(of.exchange, of.backend);
        if (got)
            own = std::move(*got);
        else
            how = got.error();
    }
    for (std::size_t i = 0; how && i < what.trips.size(); ++i) {
        how = room_for_more(of, body);
        if (!how)
            break;
        sent += what.trips[i].commands.size();
        how = co_await send(of, own, effect_of(what), std::move(what.trips[i]), done);
        if (how && done.awaits_proof()) {
            const proof& wanted = *what.trips[i].then;
            const result<std::string> said =
                co_await timed_op<commands::login_op>(of.exchange, of.backend, wanted.user);
            if (said)
                conclude(wanted, *said, done);
            else
                how = said.error();
        }
        if (!how || !done.page())
            continue;
        types of_keys(*done.page());
        how = co_await send(of, own, effect::reads, of_keys.question(), of_keys);
        if (how)
            how = std::move(of_keys.missing);
        if (how)
            done.add_types(std::move(of_keys.found));
        else
            how = half_done(how.error());
    }
    watcher.reset();
    own.release();
    render_all(of, what, done, sent, body, how, as, in);
}

error takes_trips(const plan& what)
{
    return error(
        errc::not_atomic,
        what.leased
            ? "a command that may wait cannot be done together with the record of its Idempotency-Key"
            : "this takes more than one step, so it cannot be done together with the record of its Idempotency-Key",
        executed::no
    );
}

task run(const call& of, plan&& what, format as, shape in)
{
    if (of.once && !what.trips.empty() && !what.reads_only) {
        fail_request(of, takes_trips(what));
        return {};
    }
    if (!what.trips.empty())
        return run_trips(of, std::move(what), as, in);
    if (what.count == 1 && what.specials.empty() && !what.tagged)
        return run_only(of, std::move(what), as, in);
    return run_together(of, std::move(what), as, in);
}

// ---- transactions --------------------------------------------------------------------------------------------------

void render_executed(const call& of, const plan& what, const redis::reply_view& replies, format as)
{
    http::response& answer = begin(of.exchange, 200, as);
    collector done(answer.content(content_type(as), 100), what, of.backend, as, shape::list);
    for (std::size_t i = 0; i < replies.size(); ++i)
        done.visit(replies[i], i);
    done.finish();
    answer.finish();
}

// Says which one it is, for programs too: {"error":"…","code":"precondition_failed","executed":"no","condition":1}
void render_unmet(const call& of, std::size_t which)
{
    const error why(
        errc::precondition_failed, "condition " + std::to_string(which) + " does not hold, so nothing was done",
        executed::no
    );
    http::response& answer = begin(of.exchange, static_cast<unsigned>(row_of(why.code).status));
    buffer& to = answer.content("application/json", 150);
    append_own_failure(to, why, format::json);
    to.truncate(to.size() - 1);   // the brace
    to.append(",\"condition\":");
    to.append_number(static_cast<long long>(which));
    to.append('}');
    answer.finish();
}

// Whether Redis has said this, and not we of it.
bool said_by_redis(const error& why) noexcept
{
    return why.code == errc::redis_error || why.code == errc::wrong_type || why.code == errc::redis_not_writable
        || why.code == errc::redis_not_permitted;
}

void render_transaction(const call& of, const plan& what, const commands::reply_or_error& got, format as)
{
    if (got && got->is_array())
        render_executed(of, what, *got, as);
    else if (got)
        render_failure(of.exchange, 400, got->text());
    else if (said_by_redis(got.error()))
        render_failure(of.exchange, 400, got.error().detail);
    else
        fail_request(of, got.error());
}

task transact(call of, plan what, format as)
{
    const commands::reply_or_error got = co_await ask(of, effect_of(what), std::move(what.commands));
    render_transaction(of, what, got, as);
}

task transact_if(call of, plan what, std::vector<commands::condition> only_if, format as)
{
    one_step own(of.exchange, of.backend, of.metrics);
    if (!of.once)
        of.once = &own;
    of.once->only_if(std::move(only_if));
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(what.commands));
    if (!got && got.error().code == errc::precondition_failed)
        render_unmet(of, of.once->unmet());
    else
        render_transaction(of, what, got, as);
}

// A transaction is answered in JSON, whatever was asked for.
format in_json(format as) noexcept
{
    return as == format::resp2 ? format::json : as;
}

std::optional<std::string_view> why_no_transaction(const plan& what)
{
    const special* const refused = what.first_refusal();
    return refused ? std::optional<std::string_view>(refused->text) : std::nullopt;
}

task refuse(const call& of, std::string_view text)
{
    render_failure(of.exchange, 400, text);
    return {};
}

}   // namespace

task run_one(const call& of, plan&& what, format as)
{
    return run(of, std::move(what), as, shape::one);
}

task run_list(const call& of, plan&& what, format as)
{
    return run(of, std::move(what), as, shape::list);
}

task run_transaction(const call& of, plan&& what, format as)
{
    if (const auto why = why_no_transaction(what))
        return refuse(of, *why);
    if (const std::string_view why = of.no_transactions(); !why.empty())
        return refuse(of, why);
    return transact(of, std::move(what), in_json(as));
}

task run_transaction_if(const call& of, plan&& what, std::vector<commands::condition>&& only_if, format as)
{
    if (const auto why = why_no_transaction(what))
        return refuse(of, *why);
    return transact_if(of, std::move(what), std::move(only_if), in_json(as));
}

}   // namespace rediserve::api::upstash
