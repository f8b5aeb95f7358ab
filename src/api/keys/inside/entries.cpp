// What is inside a stream.
#include "api/ask.hpp"
#include "api/json_writer.hpp"
#include "api/keys/answer.hpp"
#include "api/keys/get.hpp"
#include "api/keys/inside/entry_request.hpp"
#include "api/keys/inside/listing.hpp"
#include "api/keys/inside/member.hpp"
#include "api/keys/inside/outcome.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/stream_id.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rediserve::api::keys {

namespace {

constexpr std::array<known_option, 5> known = {{
    {"start", option_kind::value},
    {"end", option_kind::value},
    {"count", option_kind::value},
    {"rev", option_kind::flag},
    {"include", option_kind::value},
}};

// ---- many ----------------------------------------------------------------------------------------------------------

// A page is asked for with one entry more, whose id is where the next one begins.
void ask_for_page(const query& options, std::int64_t count, listing& to)
{
    to.read.reach = reach::page;
    to.read.shown = static_cast<std::size_t>(count);
    to.next_member = "next";
    const bool rev = options.has("rev");
    to.next_options = (rev ? "rev&count=" : "count=") + std::to_string(count) + "&";
    if (to.with_size)
        to.next_options.append("include=size&");
    const std::string_view kept = rev ? "start" : "end";
    if (const auto bound = options.find(kept))
        to.next_options.append(kept).append("=").append(percent_encode(*bound)).append("&");
    to.next_options.append(rev ? "end=" : "start=");
}

result<void> read_range(const query& options, std::size_t most, listing& to)
{
    auto start = read_entry_bound(options, "start", "-");
    if (!start)
        return start.error();
    auto end = read_entry_bound(options, "end", "+");
    if (!end)
        return end.error();
    const auto count = read_number(options, "count", 1, largest_page);
    if (!count)
        return count.error();
    to.read.reach = reach::own;
    if (*count)
        ask_for_page(options, **count, to);
    else
        to.most = most;
    const std::int64_t limit = count->value_or(static_cast<std::int64_t>(most)) + 1;
    const bool rev = options.has("rev");
    if (rev)
        std::swap(*start, *end);
    to.read.command = {
        rev ? "XREVRANGE" : "XRANGE", std::move(*start), std::move(*end), "COUNT", std::to_string(limit)};
    return {};
}

// ---- adding --------------------------------------------------------------------------------------------------------

void render_added(const keys_call& of, const key_name& key, std::string_view id)
{
    http::response& answer = of.exchange.response();
    answer.begin(201);
    answer.field("Location", path_inside(of, key.view(), kind::stream).append("/").append(id));
    buffer& to = answer.content("application/json", key.view().size() + id.size() + 20);
    to.append('{');
    append_key_member(to, key.view());
    to.append(",\"id\":");
    append_string(to, id, encoding::text);
    to.append('}');
    answer.finish();
}

// Of an id that is not above the last one, or when there can be none above that.
bool says_too_low(const redis::reply_view& reply)
{
    const auto says = [&](std::string_view text) { return reply.text().find(text) != std::string_view::npos; };
    return reply.is_error("ERR") && (says("equal or smaller") || says("exhausted the last possible ID"));
}

task add(keys_call of, key_name key, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (got && says_too_low(*got))
        co_return fail(of, error(errc::precondition_failed, "the stream has come to this id, or further, already"));
    if (got && got->is_nil())
        co_return fail_precondition(of);
    if (failed(of, got))
        co_return;
    if (stream_id::read(got->text()))
        render_added(of, key, got->text());
    else
        fail_unexpected(of);
}

// ---- one -----------------------------------------------------------------------------------------------------------

void render_entry(const call& of, const key_name& key, const redis::reply_view& entry)
{
    const encoding as = encoding_of_all(kind::hash, entry[1]);
    http::response& answer = of.exchange.response();
    answer.begin(200);
    buffer& to = answer.content("application/json", 1000);
    to.append('{');
    append_key_member(to, key.view());
    to.append(",\"id\":");
    append_string(to, entry[0].text(), encoding::text);
    to.append(",\"fields\":");
    append_fields(to, entry[1], as);
    if (as == encoding::base64)
        to.append(base64_marker);
    to.append('}');
    answer.finish();
}

task look_up(keys_call of, key_name key, std::string id, conditions asked)
{
    redis::batch command = redis::batch::of("XRANGE", key.view(), id, id);
    const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(command));
    if (failed(of, got))
        co_return;
    if (got->is_array() && got->size() == 0)
        co_return fail_no_element(of, kind::stream);
    if (got->size() != 1 || (*got)[0].size() != 2 || !is_utf8((*got)[0][0].text()))
        co_return fail_unexpected(of);
    if (weigh_untagged(of, asked))
        render_entry(of, key, (*got)[0]);
}

task remove(keys_call of, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    render_removed(of, kind::stream, got);
}

error no_id()
{
    return error(errc::bad_request, "an entry is named by its whole id, such as 1700000000000-0");
}

}   // namespace

task get_entries(const keys_call& of, key_name&& key)
{
    const auto options = query::read(of.exchange.request().query, known);
    if (!options)
        return refuse(of, options.error());
    auto wish = read_listing(of.exchange.request(), *options, kind::stream);
    if (!wish)
        return refuse(of, wish.error());
    if (const auto fine = read_range(*options, of.settings.collection_items, *wish); !fine)
        return refuse(of, fine.error());
    return list_parts(of, std::move(key), std::move(*wish));
}

task add_entry(const keys_call& of, key_name&& key)
{
    static constexpr std::array<known_option, 1> known_of_add = {{{"xx", option_kind::flag}}};
    const auto options = query::read(of.exchange.request().query, known_of_add);
    if (!options)
        return refuse(of, options.error());
    const auto wish = entry_request::read(of.exchange.request().body);
    if (!wish)
        return refuse(of, wish.error());
    return add(of, std::move(key), wish->command(key.view(), options->has("xx")));
}

task get_entry(const keys_call& of, key_name&& key, std::string&& id)
{
    const http::request& request = of.exchange.request();
    if (!stream_id::read(id))
        return refuse(of, no_id());
    if (const auto options = query::read(request.query, {}); !options)
        return refuse(of, options.error());
    auto asked = api::conditions::of(request);
    if (!asked)
        return refuse(of, asked.error());
    return look_up(of, std::move(key), std::move(id), std::move(*asked));
}

task delete_entry(const keys_call& of, key_name&& key, std::string&& id)
{
    if (!stream_id::read(id))
        return refuse(of, no_id());
    if (const auto fine = refuse_conditions(of.exchange.request()); !fine)
        return refuse(of, fine.error());
    if (const auto options = query::read(of.exchange.request().query, {}); !options)
        return refuse(of, options.error());
    return remove(of, redis::batch::of("XDEL", key.view(), id));
}

}   // namespace rediserve::api::keys
