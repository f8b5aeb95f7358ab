// HEAD of one key: everything but the value, which stays in Redis.
#include "api/ask.hpp"
#include "api/json_writer.hpp"
#include "api/keys/get.hpp"
#include "api/keys/kind.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/scripts.hpp"

#include <string>
#include <utility>

namespace rediserve::api::keys {

namespace {

void add_facts(http::response& answer, const description& found)
{
    answer.field("X-Redis-Type", found.type);
    if (found.ttl_ms < 0)
        return;
    buffer seconds;
    append_seconds(seconds, found.ttl_ms);
    answer.field("X-Redis-TTL", seconds.view());
}

void render_string(const call& of, const description& found, const read_request& wish)
{
    const auto tag = etag::of_sha1(found.sha1);
    if (!tag || !found.size)
        return fail_unexpected(of);
    if (!weigh(of, wish.conditions, *tag))
        return;
    http::response& answer = begin_tagged(of, 200, *tag);
    add_facts(answer, found);
    answer.field("Accept-Ranges", "bytes");
    answer.content_length(wish.raw_type(), static_cast<std::size_t>(*found.size));
    answer.finish();
}

// The length of the JSON that GET would answer is not known without reading it all.
void render_other(const call& of, const description& found, const read_request& wish)
{
    if (!weigh_untagged(of, wish.conditions))
        return;
    http::response& answer = of.exchange.response();
    answer.begin(200);
    add_facts(answer, found);
    answer.stream("application/json");
    answer.finish();
}

void render(const call& of, const description& found, const read_request& wish)
{
    if (found.type == name(kind::string))
        render_string(of, found, wish);
    else
        render_other(of, found, wish);
}

task read_outside(keys_call of, key_name key, read_request wish)
{
    commands::script_request describe = describe_outside(key.view());
    const commands::reply_or_error got = co_await ask(of, effect::reads, describe);
    if (failed(of, got))
        co_return;
    if (got->is_nil())
        co_return fail_not_found(of);
    if (const auto found = description::read(*got))
        render(of, *found, wish);
    else
        fail_unexpected(of);
}

}   // namespace

task head_key(const keys_call& of, key_name&& key)
{
    auto wish = read_request::read(of.exchange.request());
    if (!wish)
        return refuse(of, wish.error());
    if (wish->wait)
        return refuse(of, {errc::bad_request, "the option \"wait\" is for GET"});
    return read_outside(of, std::move(key), std::move(*wish));
}

}   // namespace rediserve::api::keys
