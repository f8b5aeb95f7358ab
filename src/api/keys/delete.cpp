// DELETE of one key. UNLINK is DEL that frees the memory of a large value in the background.
#include "api/ask.hpp"
#include "api/keys/guard.hpp"
#include "api/keys/handlers.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/query.hpp"
#include "api/keys/scripts.hpp"

#include <utility>

namespace rediserve::api::keys {

namespace {

void render_deleted(const call& of, const commands::reply_or_error& got)
{
    if (got && got->is_nil())
        return fail_precondition(of);
    if (!got_integer(of, got))
        return;
    if (got->integer() == 0)
        return fail_not_found(of);
    of.exchange.response().begin(204);
    of.exchange.response().finish();
}

task unlink(keys_call of, key_name key)
{
    redis::batch command = redis::batch::of("UNLINK", key.view());
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    render_deleted(of, got);
}

task unlink_guarded(keys_call of, commands::script_request request)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, request);
    render_deleted(of, got);
}

}   // namespace

task delete_key(const keys_call& of, key_name&& key)
{
    const http::request& request = of.exchange.request();
    if (const auto options = query::read(request.query, {}); !options)
        return refuse(of, options.error());
    const auto asked = api::conditions::of(request);
    if (!asked)
        return refuse(of, asked.error());
    if (asked->none())
        return unlink(of, std::move(key));
    return unlink_guarded(of, guarded_delete(key.view(), guard::of(*asked)));
}

}   // namespace rediserve::api::keys
