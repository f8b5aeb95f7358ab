// Groups of consumers: made, removed, and told what is done.
#include "api/ask.hpp"
#include "api/keys/handlers.hpp"
#include "api/keys/inside/document.hpp"
#include "api/keys/inside/outcome.hpp"
#include "api/keys/query.hpp"
#include "api/keys/streams/handlers.hpp"
#include "rediserve/commands/redis_error.hpp"

#include <array>

namespace rediserve::api::streams {

namespace {

using keys::known_option;
using keys::option_kind;

bool says(const commands::reply_or_error& got, std::string_view word)
{
    return got && got->is_error(word);
}

task make(call of, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    const bool there = says(got, "BUSYGROUP");
    if (!there && failed(of, got))
        co_return;
    of.exchange.response().begin(there ? 200 : 201);
    buffer& to = of.exchange.response().content("application/json", 20);
    to.append(there ? "{\"created\":false}" : "{\"created\":true}");
    of.exchange.response().finish();
}

task remove(call of, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (says(got, "ERR") && got->text().find("requires the key to exist") != std::string_view::npos)
        co_return keys::fail_no_element(of, keys::kind::stream);
    keys::render_removed(of, keys::kind::stream, got);
}

task acknowledge(call of, key_name key, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    keys::render_count(of, key, "acknowledged", got);
}

}   // namespace

task put_group(const call& of, key_name&& key, std::string&& group)
{
    static constexpr std::array<known_option, 1> known = {{{"from", option_kind::value}}};
    const auto options = keys::query::read(of.exchange.request().query, known);
    if (!options)
        return keys::refuse(of, options.error());
    const std::string_view from = options->find("from").value_or("$");
    if (from != "$" && from != "0" && !stream_id::read(from))
        return keys::refuse(
            of, {errc::bad_request, "\"from\" is $, 0, or the id of the last entry that the group is not to get"}
        );
    return make(of, redis::batch::of("XGROUP", "CREATE", key.view(), group, from, "MKSTREAM"));
}

task delete_group(const call& of, key_name&& key, std::string&& group)
{
    if (const auto options = keys::query::read(of.exchange.request().query, {}); !options)
        return keys::refuse(of, options.error());
    return remove(of, redis::batch::of("XGROUP", "DESTROY", key.view(), group));
}

task acknowledge(const call& of, key_name&& key, std::string&& group)
{
    static constexpr std::array<known_option, 2> known = {
        {{"ids", option_kind::value}, {"encoding", option_kind::value}}};
    if (const auto options = keys::query::read(of.exchange.request().query, {}); !options)
        return keys::refuse(of, options.error());
    auto from = keys::document::read(of.exchange.request().body, known);
    if (!from)
        return keys::refuse(of, from.error());
    const auto ids = from->take_strings("ids");
    if (!ids)
        return keys::refuse(of, ids.error());
    redis::batch command;
    command.begin(3 + ids->size()).argument("XACK").argument(key.view()).argument(group);
    for (const std::string& id : *ids) {
        if (!stream_id::read(id))
            return keys::refuse(of, {errc::bad_request, "\"ids\" are ids of entries, such as \"1700000000000-0\""});
        command.argument(id);
    }
    return acknowledge(of, std::move(key), std::move(command));
}

}   // namespace rediserve::api::streams
