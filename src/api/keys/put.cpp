// PUT of one key.
#include "api/ask.hpp"
#include "api/etag.hpp"
#include "api/json_writer.hpp"
#include "api/keys/envelope.hpp"
#include "api/keys/handlers.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/put_request.hpp"
#include "api/keys/scripts.hpp"
#include "rediserve/base/bytes.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rediserve::api::keys {

namespace {

void render_stored(const call& of, const key_name& key, bool created, const std::optional<etag>& tag)
{
    http::response& answer = of.exchange.response();
    answer.begin(created ? 201 : 200);
    if (tag)
        answer.field("ETag", tag->quoted());
    buffer& to = answer.content("application/json", key.view().size() + 25);
    to.append('{');
    append_key_member(to, key.view());
    to.append(created ? ",\"created\":true}" : ",\"created\":false}");
    answer.finish();
}

void add_set(redis::batch& to, const key_name& key, payload&& value, const std::vector<std::string>& options)
{
    to.begin(3 + options.size()).argument("SET").argument(key.view()).argument(std::move(value));
    for (const std::string& option : options)
        to.argument(option);
}

// MULTI, EXISTS, SET, EXEC.
task store(keys_call of, key_name key, etag tag, redis::batch commands)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(commands));
    if (got_transaction(of, got, 2))
        render_stored(of, key, (*got)[0].integer() == 0, tag);
}

// SET with NX or XX: when it is done, the key was new with the one and was there with the other.
task store_if(keys_call of, key_name key, etag tag, bool created, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (failed(of, got))
        co_return;
    if (got->is_nil())
        fail_precondition(of);
    else if (got->text() == "OK")
        render_stored(of, key, created, tag);
    else
        fail_unexpected(of);
}

// A script that answers whether the key is new, or nil when its guard did not hold.
task store_guarded(keys_call of, key_name key, std::optional<etag> tag, commands::script_request request)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, request);
    if (got && got->is_nil())
        co_return fail_precondition(of);
    if (got_integer(of, got))
        render_stored(of, key, got->integer() == 1, tag);
}

task put_string(const keys_call& of, key_name&& key, payload&& value, const put_request& wish)
{
    const etag tag = etag::of(value.view());
    std::vector<std::string> options = wish.expiry.set_options();
    redis::batch commands;
    if (wish.guard.none()) {
        if (!may_transact(of))
            return {};
        commands.add("MULTI").add("EXISTS", key.view());
        add_set(commands, key, std::move(value), options);
        commands.add("EXEC");
        return store(of, std::move(key), tag, std::move(commands));
    }
    const bool nx = wish.guard.only_nx();
    if (nx || wish.guard.only_xx()) {
        options.emplace_back(nx ? "NX" : "XX");
        add_set(commands, key, std::move(value), options);
        return store_if(of, std::move(key), tag, nx, std::move(commands));
    }
    auto request = guarded_set(key.view(), wish.guard, std::move(options), std::move(value));
    return store_guarded(of, std::move(key), tag, std::move(request));
}

task put_collection(const keys_call& of, key_name&& key, envelope&& value, const put_request& wish)
{
    if (auto expire = wish.expiry.command(); !expire.empty())
        value.commands.push_back(std::move(expire));
    const bool keep_ttl = wish.expiry.kind == expiry::kind::keep;
    auto request = guarded_replace(key.view(), wish.guard, keep_ttl, std::move(value.commands));
    return store_guarded(of, std::move(key), std::nullopt, std::move(request));
}

task put_envelope(const keys_call& of, key_name&& key, put_request&& wish)
{
    auto value = envelope::read(of.exchange.request().body);
    if (!value)
        return refuse(of, value.error());
    if (value->expiry.timed() && wish.expiry.kind != expiry::kind::unsaid)
        return refuse(of, {errc::bad_request, "the query and the envelope both say when the key is to expire"});
    if (value->expiry.timed())
        wish.expiry = value->expiry;
    if (value->type != kind::string)
        return put_collection(of, std::move(key), std::move(*value), wish);
    return put_string(of, std::move(key), payload(buffer(value->text)), wish);
}

}   // namespace

task put_key(const keys_call& of, key_name&& key)
{
    auto wish = put_request::read(of.exchange.request());
    if (!wish)
        return refuse(of, wish.error());
    if (wish->has_envelope)
        return put_envelope(of, std::move(key), std::move(*wish));
    return put_string(of, std::move(key), of.exchange.take_body(), *wish);
}

}   // namespace rediserve::api::keys
