#include "redis/subscriptions.hpp"

#include <array>
#include <utility>

namespace rediserve::redis {

namespace {

struct kind_words
{
    std::string_view subscribe;
    std::string_view unsubscribe;
    // As Redis answers:
    std::string_view subscribed;
    std::string_view unsubscribed;
    std::string_view message;
    std::size_t message_parts;
};

// In the order of subscription_kind. MONITOR ends with its connection, and its answers are no arrays.
constexpr std::array<kind_words, 4> words = {{
    {"SUBSCRIBE", "UNSUBSCRIBE", "subscribe", "unsubscribe", "message", 3},
    {"PSUBSCRIBE", "PUNSUBSCRIBE", "psubscribe", "punsubscribe", "pmessage", 4},
    {"SSUBSCRIBE", "SUNSUBSCRIBE", "ssubscribe", "sunsubscribe", "smessage", 3},
    {"MONITOR", {}, {}, {}, {}, 0},
}};

const kind_words& words_of(subscription_kind kind) noexcept
{
    return words[static_cast<std::size_t>(kind)];
}

}   // namespace

void topic::left() noexcept
{
    home.left(*this);
}

subscriptions::subscriptions(telemetry::shard_metrics& metrics, std::function<void()> stirred)
    : metrics_(metrics), on_stirred_(std::move(stirred))
{}

subscriptions::~subscriptions()
{
    lost();
    metrics_.redis_subscribers.add(-static_cast<std::int64_t>(listeners_));
    for (auto& [name, each] : topics_)
        each.let_go();
}

// ---- who listens ---------------------------------------------------------------------------------------------------

subscription subscriptions::add(subscription_kind kind, std::string_view name, subscription_sink& sink)
{
    topic& to = topic_of(kind, name);
    subscription made = to.add(sink);
    ++listeners_;
    metrics_.redis_subscribers.add(1);
    stir(to);
    return made;
}

topic& subscriptions::topic_of(subscription_kind kind, std::string_view name)
{
    if (topic* const known = find(kind, name))
        return *known;
    const auto place = topics_.try_emplace(key{kind, std::string(name)}, *this, kind).first;
    place->second.name = place->first.name;
    return place->second;
}

topic* subscriptions::find(subscription_kind kind, std::string_view name) noexcept
{
    const auto found = topics_.find(key_view{kind, name});
    return found == topics_.end() ? nullptr : &found->second;
}

void subscriptions::left(topic& by) noexcept
{
    --by.listening;
    --listeners_;
    metrics_.redis_subscribers.add(-1);
    if (by.listening == 0)
        stir(by);
}

void subscriptions::stir(topic& which)
{
    if (which.stirred)
        return;
    which.stirred = true;
    stirred_.push_back(&which);
    on_stirred_();
}

// ---- what must be sent ---------------------------------------------------------------------------------------------

void subscriptions::connected() noexcept
{
    connected_ = true;
    for (auto& [name, each] : topics_)
        stir(each);
}

void subscriptions::lost() noexcept
{
    connected_ = false;
    unanswered_.clear();
    echoes_ = 0;
    for (auto& [name, each] : topics_) {
        note_asked(each, false);
        each.unanswered = 0;
        each.fall_behind();
        if (each.listening == 0)
            stir(each);
    }
}

void subscriptions::settle(batch& commands)
{
    std::vector<topic*> late;
    for (topic* const each : std::exchange(stirred_, {})) {
        each->stirred = false;
        if (connected_ && each->asked != (each->listening > 0))
            ask(*each, commands);
        if (each->confirmed() && each->listening > 0)
            late.push_back(each);
        remove_if_done(*each);
    }
    for (topic* const each : late)
        each->catch_up();
}

void subscriptions::ask(topic& about, batch& commands)
{
    const bool subscribes = about.listening > 0;
    const auto& command_words = words_of(about.kind);
    if (about.kind == subscription_kind::monitor) {
        if (!subscribes)
            return;   // its connection will be closed
        commands.add(command_words.subscribe);
    } else {
        commands.add(subscribes ? command_words.subscribe : command_words.unsubscribe, about.name);
    }
    unanswered_.push_back({&about, subscribes});
    ++about.unanswered;
    note_asked(about, subscribes);
}

void subscriptions::note_asked(topic& about, bool subscribed) noexcept
{
    metrics_.redis_subscriptions.add(static_cast<int>(subscribed) - static_cast<int>(about.asked));
    about.asked = subscribed;
}

void subscriptions::remove_if_done(topic& which) noexcept
{
    if (which.listening == 0 && which.unanswered == 0 && !which.asked)
        topics_.erase(topics_.find(key_view{which.kind, which.name}));
}

void subscriptions::ping(batch& commands)
{
    commands.add("PING");
    unanswered_.push_back({});
    if (find(subscription_kind::monitor, {}))
        ++echoes_;
}

// ---- what comes ----------------------------------------------------------------------------------------------------

bool subscriptions::on_reply(const reply_view& reply) noexcept
{
    switch (reply.kind()) {
    case reply_kind::array: return on_array(reply);
    case reply_kind::error: return on_refusal(reply.text());
    case reply_kind::status: return on_line(reply.text());
    default: return false;
    }
}

bool subscriptions::on_array(const reply_view& reply) noexcept
{
    const auto parts = reply.size();
    if (parts == 0)
        return false;
    const auto word = reply[0].text();
    for (const auto kind : {subscription_kind::channel, subscription_kind::pattern, subscription_kind::shard_channel}) {
        const auto& expected = words_of(kind);
        if (word == expected.message && parts == expected.message_parts) {
            deliver(find(kind, reply[1].text()), reply[parts - 2].text(), reply[parts - 1].text());
            return true;
        }
    }
    if (word == "pong")
        return on_pong();
    return parts == 3 && on_confirmation(word, reply[1].text());
}

// Answers come in the order of the commands. Only the slot of a shard channel that moves away ends a subscription unasked.
bool subscriptions::on_confirmation(std::string_view word, std::string_view name) noexcept
{
    if (!unanswered_.empty() && unanswered_.front().about) {
        const command first = unanswered_.front();
        const auto& expected = words_of(first.about->kind);
        if (name == first.about->name && word == (first.subscribes ? expected.subscribed : expected.unsubscribed)) {
            unanswered_.pop_front();
            answered(*first.about);
            return true;
        }
    }
    if (word != words_of(subscription_kind::shard_channel).unsubscribed)
        return false;
    if (topic* const moved = find(subscription_kind::shard_channel, name); moved && moved->confirmed()) {
        note_asked(*moved, false);
        moved->fall_behind();
        stir(*moved);
    }
    return true;
}

bool subscriptions::on_refusal(std::string_view text) noexcept
{
    if (unanswered_.empty())
        return false;
    const command refused = unanswered_.front();
    unanswered_.pop_front();
    if (!refused.about)
        return true;   // an error is an answer to PING, too
    topic& about = *refused.about;
    if (refused.subscribes && about.unanswered == 1) {
        note_asked(about, false);
        listener_list all;
        all.swap(about.listeners);
        answered(about);
        fail_each(all, error(errc::redis_error, std::string(text)));
    } else {
        answered(about);
    }
    return true;
}

// MONITOR's answer, or one of its lines: these begin with a number.
bool subscriptions::on_line(std::string_view text) noexcept
{
    if (text == "PONG")
        return on_pong();
    if (text == "OK") {
        if (unanswered_.empty() || !unanswered_.front().about)
            return false;
        topic& about = *unanswered_.front().about;
        unanswered_.pop_front();
        answered(about);
        return about.kind == subscription_kind::monitor;
    }
    if (echoes_ > 0 && text.ends_with("] \"PING\""))
        --echoes_;
    else
        deliver(find(subscription_kind::monitor, {}), {}, text);
    return true;
}

bool subscriptions::on_pong() noexcept
{
    if (unanswered_.empty() || unanswered_.front().about)
        return false;
    unanswered_.pop_front();
    return true;
}

void subscriptions::answered(topic& about) noexcept
{
    --about.unanswered;
    if (about.confirmed())
        about.catch_up();
    if (about.listening == 0)
        stir(about);
}

void subscriptions::deliver(topic* to, std::string_view channel, std::string_view payload) noexcept
{
    metrics_.redis_messages.add(1);
    if (!to || !to->confirmed())
        return;   // those whom it was meant for have left
    to->catch_up();
    for_each(to->listeners, [&](listener_entry& each) { each.sink.on_message(channel, payload); });
}

// ---- failure -------------------------------------------------------------------------------------------------------

void subscriptions::fail_fresh(const error& why) noexcept
{
    listener_list fresh;
    for (auto& [name, each] : topics_)
        each.give_fresh(fresh);
    fail_each(fresh, why);
}

void subscriptions::fail_all(const error& why) noexcept
{
    listener_list all;
    for (auto& [name, each] : topics_)
        all.splice(all.end(), each.listeners);
    fail_each(all, why);
}

}   // namespace rediserve::redis
