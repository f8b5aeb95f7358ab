#include "api/keys/streams/feed.hpp"

#include "api/errors.hpp"
#include "api/keys/streams/form.hpp"
#include "rediserve/commands/redis_error.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace rediserve::api::streams {

namespace {

constexpr std::int64_t largest_page = 100;                    // entries, …
constexpr std::size_t largest_reply = std::size_t{1} << 20;   // … and what they take, unless it is one
constexpr std::chrono::milliseconds between_attempts{100};

using place = std::pair<const redis::client*, std::string>;

// A shard is a thread.
std::map<place, std::weak_ptr<feed>>& feeds()
{
    thread_local std::map<place, std::weak_ptr<feed>> all;
    return all;
}

}   // namespace

std::shared_ptr<feed> feed::of(const access::gate& through, std::string_view key, telemetry::shard_metrics& metrics)
{
    std::weak_ptr<feed>& known = feeds()[place(through.target(), key)];
    auto found = known.lock();
    if (!found) {
        found = std::make_shared<feed>(through.for_all(), key, metrics);
        known = found;
    }
    return found;
}

feed::feed(const access::gate& through, std::string_view key, telemetry::shard_metrics& metrics)
    : through_(through), key_(key), metrics_(metrics), count_(largest_page)
{
    if (boost::asio::io_context* const loop = through_.loop())
        retry_.emplace(*loop, [this] { hold_ ? pump() : listen(); });
}

feed::~feed()
{
    if (reading_)
        through_.cancel(*reading_);
    feeds().erase(place(through_.target(), key_));
}

void feed::join(follower& who)
{
    all_.push_back(who);
    if (retry_ && retry_->armed())
        who.on_waiting();
    else if (!hold_)
        listen();
    else
        pump();
}

void feed::more(follower& who)
{
    who.hungry_ = true;
    pump();
}

// ---- what Redis tells ----------------------------------------------------------------------------------------------

void feed::listen()
{
    const auto alive = shared_from_this();
    auto made = through_.subscribe(redis::subscription_kind::key, key_, ear_);
    if (made)
        hold_ = std::move(*made);
    else
        give_up_or_wait(made.error());
}

void feed::on_change()
{
    hears_ = true;
    ++version_;
    pump();
}

void feed::on_deaf(const error& why)
{
    hold_.release();
    hears_ = false;
    give_up_or_wait(why.code == errc::redis_error ? commands::redis_failure(why.detail) : why);
}

void feed::give_up_or_wait(const error& why)
{
    const auto alive = shared_from_this();
    if (may_pass(why))
        try_later(why);
    else
        fail_all(why);
}

void feed::try_later(const error& why)
{
    if (!retry_)
        return fail_all(why);
    retry_->after(between_attempts);
    for_each([](follower& each) { each.on_waiting(); });
}

// ---- reading -------------------------------------------------------------------------------------------------------

void feed::pump()
{
    if (reading_ || handing_out_ || !hears_ || (retry_ && retry_->armed()))
        return;
    const auto next = std::ranges::find_if(all_, [this](const follower& each) { return wants(each); });
    if (next != all_.end())
        read(next->at_);
}

// Both in one step: what is there is compared with what there was.
void feed::read(const position& from)
{
    redis::batch commands;
    commands.add("MULTI");
    commands.add("XRANGE", key_, text_of(after(from.seen)), "+", "COUNT", count_);
    commands.add("XINFO", "STREAM", key_);
    commands.add("EXEC");
    asked_ = from;
    asked_version_ = version_;
    refused_.clear();
    metrics_.stream_reads.add(1);
    redis::submit_options options{.read_only = true};
    options.most_reply = count_ > 1 ? largest_reply : 0;
    auto sent = through_.pass(std::move(commands), std::move(options), *this);
    if (sent)
        reading_ = *sent;
    else
        give_up_or_wait(sent.error());
}

void feed::on_failure(error why) noexcept
{
    reading_ = nullptr;
    give_up_or_wait(why);
}

void feed::on_reply(const redis::reply_view& reply, std::size_t index) noexcept
{
    constexpr std::size_t last = 3;
    if (index < last) {
        if (reply.is_error() && refused_.empty())
            refused_ = reply.text();
        return;
    }
    const auto alive = shared_from_this();
    reading_ = nullptr;
    if (reply.is_oversized())
        on_too_large();
    else if (reply.is_error())
        give_up_or_wait(commands::redis_failure(refused_.empty() ? reply.text() : std::string_view(refused_)));
    else
        take(reply);
}

// Fewer at a time, then; what is too large by itself can never be had.
void feed::on_too_large()
{
    if (count_ == 1)
        return fail_all(error(errc::reply_too_large, "the next entry is larger than a reply may be"));
    count_ /= 2;
    pump();
}

void feed::take(const redis::reply_view& results)
{
    if (results.size() != 2 || !(results[0].is_array() || results[0].is_error()))
        return fail_all(error(errc::backend_protocol, "Redis answered something else than a stream"));
    if (results[0].is_error())
        return give_up_or_wait(commands::redis_failure(results[0]));
    if (results[1].is_error() && results[1].text().find("no such key") == std::string_view::npos)
        return fail_all(commands::redis_failure(results[1]));
    const auto now = history::read(results[1]);
    if (!now)
        return fail_all(error(errc::backend_protocol, "Redis answered something else than a stream"));
    page made;
    made.now = *now;
    made.from = asked_;
    if (asked_.is_end()) {
        made.from = made.to = end_of(*now);
        return hand_out(std::move(made));
    }
    made.reset = has_gap(asked_, *now);
    if (made.reset)
        made.from = beyond_gap(*now);
    const redis::reply_view entries = results[0];
    // What has begun anew with lower ids is read from its beginning.
    const bool skipped = made.reset && made.from.seen < asked_.seen;
    made.to = made.from;
    if (!skipped) {
        made.entries = redis::reply_tree::copy_of(entries);
        for (std::size_t i = 0; i < entries.size(); ++i)
            append_entry(made.written, entries[i], {});
        const auto came = static_cast<std::int64_t>(entries.size());
        if (came < count_)
            made.to = end_of(*now);
        else if (const auto id = stream_id::read(entries[entries.size() - 1][0].text()))
            made.to = {*id, made.from.added ? std::optional(*made.from.added + came) : std::nullopt};
    }
    count_ = largest_page;
    hand_out(std::move(made));
}

void feed::hand_out(page&& made)
{
    const auto what = std::make_shared<const page>(std::move(made));
    const bool all_seen = what->to.seen >= what->now.last;
    const position served = asked_;
    const std::uint64_t version = asked_version_;
    handing_out_ = true;
    for_each([&](follower& each) {
        if (!wants(each) || each.at_ != served)
            return;
        each.at_ = what->to;
        if (all_seen)
            each.version_ = version;
        each.hungry_ = false;
        each.on_page(what);
    });
    handing_out_ = false;
    pump();
}

// ---- who follows ---------------------------------------------------------------------------------------------------

// Whom it removes is not called any more; who joins is not called yet.
template <class Call>
void feed::for_each(Call call)
{
    followers to_go;
    to_go.swap(all_);
    while (!to_go.empty()) {
        follower& next = to_go.front();
        to_go.pop_front();
        all_.push_back(next);
        call(next);
    }
}

void feed::fail_all(const error& why)
{
    const auto alive = shared_from_this();
    if (reading_)
        through_.cancel(*std::exchange(reading_, nullptr));
    hold_.release();
    hears_ = false;
    followers to_go;
    to_go.swap(all_);
    while (!to_go.empty()) {
        follower& next = to_go.front();
        to_go.pop_front();
        next.on_failure(why);
    }
}

}   // namespace rediserve::api::streams
