// POST to what is below one key: incr and append.
#include "api/ask.hpp"
#include "api/keys/addend.hpp"
#include "api/keys/handlers.hpp"
#include "api/keys/inside/outcome.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/query.hpp"

#include <string>
#include <utility>

namespace rediserve::api::keys {

namespace {

task increment(keys_call of, key_name key, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (failed_to_add(of, got))
        co_return;
    const std::string sum = sum_of(*got);
    if (sum.empty())
        fail_unexpected(of);
    else
        render_number(of, key, "value", sum);
}

task append(keys_call of, key_name key, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    render_count(of, key, "size", got);
}

}   // namespace

task increment_key(const keys_call& of, key_name&& key)
{
    const auto by = addend::read(of.exchange.request());
    if (!by)
        return refuse(of, by.error());
    auto command = redis::batch::of(by->whole ? "INCRBY" : "INCRBYFLOAT", key.view(), by->text);
    return increment(of, std::move(key), std::move(command));
}

task append_to_key(const keys_call& of, key_name&& key)
{
    if (const auto options = query::read(of.exchange.request().query, {}); !options)
        return refuse(of, options.error());
    redis::batch command;
    command.begin(3).argument("APPEND").argument(key.view()).argument(of.exchange.take_body());
    return append(of, std::move(key), std::move(command));
}

}   // namespace rediserve::api::keys
