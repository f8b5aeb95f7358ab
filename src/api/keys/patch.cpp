// PATCH of one key: its name and its expiry, in one atomic step.
#include "api/ask.hpp"
#include "api/json_writer.hpp"
#include "api/keys/answer.hpp"
#include "api/keys/guard.hpp"
#include "api/keys/handlers.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/patch_request.hpp"
#include "api/keys/query.hpp"
#include "api/keys/scripts.hpp"

#include <utility>

namespace rediserve::api::keys {

namespace {

void render_patched(const call& of, const key_name& key, std::int64_t ttl_ms)
{
    http::response& answer = of.exchange.response();
    answer.begin(200);
    buffer& to = answer.content("application/json", key.view().size() + 22);
    to.append('{');
    append_key_member(to, key.view());
    to.append(',');
    append_ttl(to, ttl_ms);
    to.append('}');
    answer.finish();
}

patch_steps steps_of(patch_request&& wish)
{
    patch_steps steps;
    steps.new_name = std::move(wish.rename).value_or(std::string());
    steps.to_free_name = wish.to_free_name;
    std::vector<std::string> command = wish.expiry.command();
    if (!command.empty())
        steps.command = std::move(command[0]);
    if (command.size() > 1)
        steps.argument = std::move(command[1]);
    return steps;
}

// `key` is the name it will have.
task change(keys_call of, key_name key, commands::script_request request)
{
    constexpr std::int64_t no_key = -2;
    const commands::reply_or_error got = co_await ask(of, effect::writes, request);
    if (got && got->is_nil())
        co_return fail_precondition(of);
    if (!got_integer(of, got))
        co_return;
    if (got->integer() == no_key)
        fail_not_found(of);
    else
        render_patched(of, key, got->integer());
}

}   // namespace

task patch_key(const keys_call& of, key_name&& key)
{
    const http::request& request = of.exchange.request();
    if (const auto options = query::read(request.query, {}); !options)
        return refuse(of, options.error());
    const auto asked = api::conditions::of(request);
    if (!asked)
        return refuse(of, asked.error());
    auto wish = patch_request::read(request.body, of.settings.key_bytes);
    if (!wish)
        return refuse(of, wish.error());
    key_name named = wish->rename ? key_name(*wish->rename) : key;
    return change(of, std::move(named), guarded_patch(key.view(), guard::of(*asked), steps_of(std::move(*wish))));
}

}   // namespace rediserve::api::keys
