// GET of keys with ?watch=: what becomes of them, as server-sent events (WHATWG HTML, 9.2).
#include "api/ask.hpp"
#include "api/errors.hpp"
#include "api/etag.hpp"
#include "api/event_streams.hpp"
#include "api/json_writer.hpp"
#include "api/keys/answer.hpp"
#include "api/keys/changes.hpp"
#include "api/keys/cursor.hpp"
#include "api/keys/list.hpp"
#include "rediserve/commands/redis_error.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rediserve::api::keys {

namespace {

constexpr std::size_t keys_at_once = 100;   // that are read in one batch

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

redis::batch question_of_each(std::string_view command, const std::vector<std::string>& keys)
{
    redis::batch asked;
    for (const std::string& key : keys)
        asked.add(command, key);
    return asked;
}

// Writes what became of each of some keys, as they are read.
class values final : public commands::reply_visitor
{
public:
    explicit values(std::vector<std::string> of) : keys_(std::move(of)) {}

    redis::batch question() const { return question_of_each("GET", keys_); }
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

    redis::batch question() const { return question_of_each("TYPE", keys_); }
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

// What there is to be read, in the order of its importance: a picture of all that there is, and then what has changed since.
class agenda
{
public:
    agenda(const call& of, const watch_request& wish, changes& heard) : of_(of), wish_(wish), heard_(heard) {}

    // After a gap the picture is made anew.
    void heed_gap(http::response& answer)
    {
        if (!heard_.take_gap())
            return;
        tell(answer, "event: reset\ndata: {}\n\n");
        pictured_ = false;
        cursor_ = 0;
        scans_ = wish_.snapshot && wish_.prefix;
        keys_.clear();
        if (wish_.snapshot && !wish_.prefix)
            keys_.push_back(wish_.name);
    }

    bool wants_page() const noexcept { return keys_.empty() && scans_; }
    redis::batch page() const
    {
        return redis::batch::of(
            "SCAN", std::to_string(cursor_), "MATCH", escaped(wish_.name) + "*", "COUNT",
            static_cast<std::int64_t>(1000)
        );
    }
    result<void> take_page(const commands::reply_or_error& got)
    {
        auto keys = keys_in(of_, got, cursor_);
        if (!keys)
            return keys.error();
        keys_ = std::move(*keys);
        scans_ = cursor_ != 0;
        return {};
    }

    // Says so when the picture is whole, and goes over to what has changed.
    void go_on(http::response& answer)
    {
        if (!keys_.empty())
            return;
        if (!std::exchange(pictured_, true))
            tell(answer, "event: ready\ndata: {}\n\n");
        for (const std::string& key : heard_.take(keys_at_once))
            if (of_.backend.shows(key))
                keys_.push_back(key);
    }

    bool is_empty() const noexcept { return keys_.empty(); }
    std::vector<std::string> take()
    {
        const std::size_t count = std::min(keys_.size(), keys_at_once);
        const auto first = keys_.end() - static_cast<std::ptrdiff_t>(count);
        std::vector<std::string> taken(std::make_move_iterator(first), std::make_move_iterator(keys_.end()));
        keys_.erase(first, keys_.end());
        return taken;
    }

private:
    static void tell(http::response& answer, std::string_view event)
    {
        answer.chunk().append(event);
        answer.flush();
    }

    const call& of_;
    const watch_request& wish_;
    changes& heard_;
    std::vector<std::string> keys_;
    std::uint64_t cursor_ = 0;   // of the next page
    bool scans_ = false;         // the picture is not whole
    bool pictured_ = true;       // … or that was told
};

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
    answer.begin(200);
    stream_events(answer);
    heard.keep_alive();
    agenda next(of, wish, heard);
    result<void> how;
    while (!heard.failure() && !heard.over() && (how || may_pass(how.error()))) {
        if (!how) {
            heard.look_again_at(std::chrono::steady_clock::now() + before_retry);
            how = {};
            co_await heard;
            heard.assume_gap();   // what could not be read is lost
        }
        next.heed_gap(answer);
        if (next.wants_page()) {
            redis::batch page = next.page();
            const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(page));
            how = next.take_page(got);
            continue;
        }
        next.go_on(answer);
        if (next.is_empty()) {
            if (!heard.any())
                co_await heard;
            continue;
        }
        values found(next.take());
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
