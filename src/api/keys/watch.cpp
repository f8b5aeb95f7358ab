// GET of keys with ?watch=: what becomes of them, as server-sent events (WHATWG HTML, 9.2).
#include "api/ask.hpp"
#include "api/errors.hpp"
#include "api/json_writer.hpp"
#include "api/keys/answer.hpp"
#include "api/keys/changes.hpp"
#include "api/keys/cursor.hpp"
#include "api/keys/etag.hpp"
#include "api/keys/list.hpp"
#include "rediserve/commands/redis_error.hpp"

#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rediserve::api::keys {

namespace {

constexpr std::size_t keys_at_once = 100;         // that are read in one batch
constexpr std::chrono::seconds before_retry{1};   // when Redis could not be read

void append_event(buffer& to, std::string_view name)
{
    to.append("event: ");
    to.append(name);
    to.append("\ndata: {");
}

void append_deletion(buffer& to, std::string_view key)
{
    append_event(to, "delete");
    append_key_member(to, key);
    to.append("}\n\n");
}

// Nothing more will come, and why.
void append_close(buffer& to, const error& why)
{
    to.append("event: close\ndata: {\"error\":");
    append_string(to, why.detail, encoding_of(why.detail));
    append_error_members(to, why);
    to.append("}\n\n");
}

// Writes what became of each of some keys, as they are read.
class values final : public commands::reply_visitor
{
public:
    explicit values(std::vector<std::string> of) : keys_(std::move(of)) {}

    redis::batch question() const
    {
        redis::batch gets;
        for (const std::string& key : keys_)
            gets.add("GET", key);
        return gets;
    }
    void visit(const redis::reply_view& reply, std::size_t index) noexcept override
    {
        const std::string& key = keys_[index];
        if (reply.is_string())
            append_value(key, reply.text());
        else if (reply.is_nil())
            append_deletion(events, key);
        else if (reply.is_error("WRONGTYPE") || reply.is_oversized())
            others.push_back(key);
        else
            missing = commands::redis_failure(reply);
    }
    void visit_missing(const error& why, std::size_t) noexcept override { missing = why; }

    buffer events;
    std::vector<std::string> others;
    result<void> missing;

private:
    void append_value(std::string_view key, std::string_view value)
    {
        append_event(events, "set");
        events.truncate(events.size() - 1);   // the brace
        append_string_answer(events, key, value);
        events.append(",\"etag\":");
        append_string(events, etag::of(value).quoted(), encoding::text);
        events.append("}\n\n");
    }

    std::vector<std::string> keys_;
};

class types final : public commands::reply_visitor
{
public:
    types(const std::vector<std::string>& of, buffer& to) : keys_(of), to_(to) {}

    redis::batch question() const
    {
        redis::batch asked;
        for (const std::string& key : keys_)
            asked.add("TYPE", key);
        return asked;
    }
    void visit(const redis::reply_view& reply, std::size_t index) noexcept override
    {
        if (reply.text() == "none")
            return append_deletion(to_, keys_[index]);
        append_event(to_, "set");
        append_key_member(to_, keys_[index]);
        to_.append(",\"type\":");
        append_string(to_, reply.text(), encoding::text);
        to_.append("}\n\n");
    }
    void visit_missing(const error& why, std::size_t) noexcept override { missing = why; }

    result<void> missing;

private:
    const std::vector<std::string>& keys_;
    buffer& to_;
};

timed_op<commands::each_op> read_each(const call& of, redis::batch&& question, commands::reply_visitor& to)
{
    return {of.exchange, of.backend, options_of(of, effect::reads), std::move(question), to};
}

// A pattern that stands for itself.
std::string escaped(std::string_view text)
{
    constexpr std::string_view special = "*?[]\\";
    std::string made;
    for (const char c : text) {
        if (special.find(c) != std::string_view::npos)
            made.push_back('\\');
        made.push_back(c);
    }
    return made;
}

redis::batch next_page(const watch_request& wish, std::uint64_t cursor)
{
    return redis::batch::of(
        "SCAN", std::to_string(cursor), "MATCH", escaped(wish.name) + "*", "COUNT", static_cast<std::int64_t>(1000)
    );
}

// The keys of a page of SCAN, but for those that may not be told. `cursor` becomes that of the next page.
result<std::vector<std::string>> keys_in(const call& of, const commands::reply_or_error& got, std::uint64_t& cursor)
{
    if (!got)
        return got.error();
    if (got->is_error())
        return commands::redis_failure(*got);
    const auto next = got->size() == 2 ? read_scan_cursor((*got)[0].text()) : std::nullopt;
    if (!next)
        return error(errc::backend_protocol, "Redis' reply to SCAN makes no sense", executed::no);
    cursor = *next;
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < (*got)[1].size(); ++i)
        if (const std::string_view key = (*got)[1][i].text(); of.backend.shows(key))
            keys.emplace_back(key);
    return keys;
}

void open_events(const call& of)
{
    http::response& answer = of.exchange.response();
    answer.begin(200);
    answer.field("Cache-Control", "no-cache");
    answer.field("X-Accel-Buffering", "no");
    answer.stream("text/event-stream");
}

std::vector<std::string> taken_from(std::vector<std::string>& keys)
{
    const std::size_t count = std::min(keys.size(), keys_at_once);
    const auto first = keys.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<std::string> taken(std::make_move_iterator(first), std::make_move_iterator(keys.end()));
    keys.erase(first, keys.end());
    return taken;
}

// What there is to be read, in the order of importance: a picture of everything, and then what has changed since.
struct agenda
{
    bool scans = false;         // the picture is not whole
    std::uint64_t cursor = 0;   // of its next page
    std::vector<std::string> keys = {};

    bool done() const noexcept { return !scans && keys.empty(); }
};

void begin_picture(const watch_request& wish, agenda& to)
{
    to = {.scans = wish.snapshot && wish.prefix};
    if (wish.snapshot && !wish.prefix)
        to.keys.push_back(wish.name);
}

void take_changed(const call& of, changes& from, agenda& to)
{
    for (const std::string& key : from.take(keys_at_once))
        if (of.backend.shows(key))
            to.keys.push_back(key);
}

// A server that is away for a moment is no reason to send the client away.
bool is_passing(const error& why) noexcept
{
    switch (row_of(why.code).code) {
    case errc::backend_unavailable:
    case errc::backend_lost:
    case errc::backend_timeout:
    case errc::backend_queue_full:
    case errc::redis_not_writable: return true;
    default: return false;
    }
}

// Every change is followed by an event, and several may be by one: what is told is read when the client can take it.
task tell_changes(keys_call of, watch_request wish)
{
    of.backend.stay_at_primary();   // a replica may not know yet what is told
    http::response& answer = of.exchange.response();
    changes heard(of, wish.prefix ? redis::subscription_kind::key_prefix : redis::subscription_kind::key, wish.name);
    if (const auto begun = heard.begin(); !begun)
        co_return fail(of, begun.error());
    co_await heard;
    if (heard.failure())
        co_return fail(of, *heard.failure());
    open_events(of);
    heard.keep_alive();
    agenda next;
    bool pictured = true;   // all that there was has been told
    result<void> how;
    while (!heard.failure() && !heard.over()) {
        if (!how && !is_passing(how.error()))
            break;
        if (!how) {
            heard.look_again_at(std::chrono::steady_clock::now() + before_retry);
            how = {};
            co_await heard;
            heard.assume_gap();   // what could not be read is lost
            continue;
        }
        if (heard.take_gap()) {
            answer.chunk().append("event: reset\ndata: {}\n\n");
            answer.flush();
            begin_picture(wish, next);
            pictured = false;
        }
        if (next.keys.empty() && next.scans) {
            redis::batch page = next_page(wish, next.cursor);
            const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(page));
            auto keys = keys_in(of, got, next.cursor);
            if (!keys) {
                how = keys.error();
                continue;
            }
            next.keys = std::move(*keys);
            next.scans = next.cursor != 0;
        }
        if (next.done() && !std::exchange(pictured, true)) {
            answer.chunk().append("event: ready\ndata: {}\n\n");
            answer.flush();
        }
        if (next.done())
            take_changed(of, heard, next);
        if (next.done() && !heard.any()) {
            co_await heard;
            continue;
        }
        if (next.keys.empty())
            continue;
        values found(taken_from(next.keys));
        redis::batch gets = found.question();
        how = co_await read_each(of, std::move(gets), found);
        if (how)
            how = std::move(found.missing);
        if (!how)
            continue;
        types others(found.others, found.events);
        redis::batch asked = others.question();
        how = co_await read_each(of, std::move(asked), others);
        if (how)
            how = std::move(others.missing);
        if (!how)
            continue;
        answer.chunk().append(found.events.view());
        answer.flush();
        co_await answer.drained();
    }
    if (!how || heard.failure())
        append_close(answer.chunk(), how ? *heard.failure() : how.error());
    answer.finish();
}

}   // namespace

result<watch_request> watch_request::read(const query& from, std::size_t most_bytes)
{
    watch_request wish;
    wish.name = *from.find("watch");
    wish.prefix = wish.name.ends_with('*');
    if (wish.prefix)
        wish.name.pop_back();
    if (wish.name.empty() && !wish.prefix)
        return error(errc::bad_request, "the option \"watch\" takes a key, or what keys begin with and a star");
    if (wish.name.size() > most_bytes)
        return error(errc::body_too_large, "a key has at most " + std::to_string(most_bytes) + " bytes");
    const std::string_view snapshot = from.find("snapshot").value_or("true");
    if (snapshot != "true" && snapshot != "false")
        return error(errc::bad_request, "the option \"snapshot\" is true or false");
    wish.snapshot = snapshot == "true";
    const std::size_t others = from.size() - (from.has("snapshot") ? 2 : 1);
    if (others > 0)
        return error(errc::bad_request, "of other options, only \"snapshot\" goes with \"watch\"");
    return wish;
}

task watch_keys(const keys_call& of, watch_request&& wish)
{
    if (const auto seat = stream_seat::available(of); !seat)
        return refuse(of, seat.error());
    return tell_changes(of, std::move(wish));
}

}   // namespace rediserve::api::keys
