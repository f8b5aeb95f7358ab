#include "support/fake_backend.hpp"

#include "redis/reply_reader.hpp"
#include "redis/subscriptions.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace rediserve::test {

namespace {

using reader_ptr = std::unique_ptr<redisReader, decltype(&redisReaderFree)>;
using reply_ptr = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;

// All values in `resp`.
std::vector<reply_ptr> read_all(std::string_view resp)
{
    const reader_ptr reader(redisReaderCreate(), redisReaderFree);
    redis::reply_reader replies;
    replies.expect_attributes();
    replies.attach(*reader);
    replies.listen();
    replies.feed(resp);
    std::vector<reply_ptr> all;
    while (void* const next = replies.next())
        all.emplace_back(static_cast<redisReply*>(next), freeReplyObject);
    if (reader->err != 0)
        throw std::runtime_error("not RESP: " + std::string(resp));
    return all;
}

}   // namespace

fake_backend::fake_backend() : subscriptions_(std::make_unique<redis::subscriptions>(metrics_, [] {}))
{
    subscriptions_->connected();
}

fake_backend::~fake_backend() = default;

void fake_backend::reply(std::string_view resp)
{
    script_.emplace_back(std::string(resp));
}

void fake_backend::fail(error why)
{
    script_.emplace_back(std::move(why));
}

void fake_backend::refuse(error why)
{
    script_.emplace_back(refusal{std::move(why)});
}

void fake_backend::run()
{
    while (!waiting_.empty() && !script_.empty()) {
        redis::reply_sink& sink = waiting_.front().sink;
        waiting_.pop_front();
        const outcome next = std::move(script_.front());
        script_.pop_front();
        if (const auto* const why = std::get_if<error>(&next))
            sink.on_failure(*why);
        else
            deliver(sink, std::get<std::string>(next));
    }
}

void fake_backend::deliver(redis::reply_sink& sink, const std::string& resp)
{
    const auto replies = read_all(resp);
    for (std::size_t i = 0; i < replies.size(); ++i)
        sink.on_reply(redis::reply_view(replies[i].get()), i);
}

result<redis::submission*> fake_backend::submit(
    redis::batch&& commands, redis::submit_options options, redis::reply_sink& sink
)
{
    batches_.push_back({commands_of(commands), options});
    if (!script_.empty())
        if (const auto* const refused = std::get_if<refusal>(&script_.front())) {
            error why = refused->why;
            script_.pop_front();
            return why;
        }
    return &waiting_.emplace_back(sink);
}

void fake_backend::cancel(redis::submission& what) noexcept
{
    waiting_.remove_if([&](const pending& one) { return &one == &what; });
}

result<void> fake_backend::acquire(redis::lease_waiter&, steady_time)
{
    return error(errc::backend_unavailable, "there are no leases here");
}

result<std::shared_ptr<redis::backend>> fake_backend::as(const redis::login& user)
{
    logins.push_back(user);
    if (next_guest)
        return next_guest;
    return error(errc::too_many_connections, "there is no room for guests here");
}

result<redis::subscription> fake_backend::subscribe(
    redis::subscription_kind kind, std::string_view name, redis::subscription_sink& sink
)
{
    if (refuses_to_subscribe)
        return *refuses_to_subscribe;
    return subscriptions_->add(kind, name, sink);
}

void fake_backend::settle()
{
    redis::batch commands;
    subscriptions_->settle(commands);
    for (auto& each : commands_of(commands))
        asked_.push_back(std::move(each));
}

void fake_backend::confirm()
{
    settle();
    while (!asked_.empty()) {
        command first = std::move(asked_.front());
        asked_.pop_front();
        if (first.size() == 1) {
            tell("+OK\r\n");
            continue;
        }
        for (char& letter : first[0])
            letter = static_cast<char>(letter | 0x20);   // as Redis answers, in lower case
        tell(array({bulk(first[0]), bulk(first[1]), ":1\r\n"}));
    }
}

void fake_backend::refuse_subscription(std::string_view text)
{
    settle();
    asked_.pop_front();
    tell("-" + std::string(text) + "\r\n");
}

void fake_backend::publish(std::string_view channel, std::string_view payload)
{
    tell(array({bulk("message"), bulk(channel), bulk(payload)}));
}

void fake_backend::publish_to_pattern(std::string_view pattern, std::string_view channel, std::string_view payload)
{
    tell(array({bulk("pmessage"), bulk(pattern), bulk(channel), bulk(payload)}));
}

void fake_backend::publish_to_shard(std::string_view channel, std::string_view payload)
{
    tell(array({bulk("smessage"), bulk(channel), bulk(payload)}));
}

void fake_backend::show_monitor(std::string_view line)
{
    tell("+" + std::string(line) + "\r\n");
}

void fake_backend::gap()
{
    asked_.clear();
    subscriptions_->lost();
    subscriptions_->connected();
    confirm();
}

void fake_backend::fail_subscriptions(const error& why)
{
    subscriptions_->fail_all(why);
}

void fake_backend::tell(const std::string& resp)
{
    const auto taken = with_reply(resp, [this](const auto& reply) { return subscriptions_->on_reply(reply); });
    if (!taken)
        throw std::runtime_error("Redis would not say: " + resp);
}

bool with_reply(std::string_view resp, const std::function<bool(const redis::reply_view&)>& see)
{
    const auto replies = read_all(resp);
    return see(redis::reply_view(replies.at(0).get()));
}

void fake_backend::cancel(redis::lease_waiter&) noexcept {}

std::vector<fake_backend::command> commands_of(const redis::batch& batch)
{
    std::string wire(batch.head());
    wire.append(batch.large()).append(batch.tail());
    std::vector<fake_backend::command> commands;
    for (const reply_ptr& one : read_all(wire)) {
        fake_backend::command& arguments = commands.emplace_back();
        for (std::size_t i = 0; i < one->elements; ++i)
            arguments.emplace_back(one->element[i]->str, one->element[i]->len);
    }
    return commands;
}

std::string bulk(std::string_view bytes)
{
    return "$" + std::to_string(bytes.size()) + "\r\n" + std::string(bytes) + "\r\n";
}

std::string array(const std::vector<std::string>& elements)
{
    std::string resp = "*" + std::to_string(elements.size()) + "\r\n";
    for (const std::string& element : elements)
        resp += element;
    return resp;
}

}   // namespace rediserve::test
