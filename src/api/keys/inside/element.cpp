#include "api/keys/inside/element.hpp"

#include "api/ask.hpp"
#include "api/etag.hpp"
#include "api/json_writer.hpp"
#include "api/keys/get.hpp"
#include "api/keys/inside/outcome.hpp"
#include "api/keys/inside/scripts.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/query.hpp"

#include <array>
#include <span>
#include <utility>

namespace rediserve::api::keys {

namespace {

encoding encoding_of(const element& at)
{
    return at.type == kind::hash ? api::encoding_of(at.name) : encoding::text;
}

// `{"key":…,"field":…` or `{"key":…,"index":…`
void append_place(buffer& to, const element& at, encoding as)
{
    to.append('{');
    append_key_member(to, at.key.view());
    if (at.type == kind::list) {
        to.append(",\"index\":");
        to.append(at.name);
        return;
    }
    to.append(",\"field\":");
    append_string(to, at.name, as);
}

void render_value(const call& of, const element& at, std::string_view value, const read_request& wish)
{
    const etag tag = etag::of(value);
    if (!weigh(of, wish.conditions, tag))
        return;
    const encoding as = encoding_of(at) == encoding::base64 ? encoding::base64 : api::encoding_of(value);
    http::response& answer = begin_tagged(of, 200, tag);
    buffer& to = answer.content("application/json", at.key.view().size() + at.name.size() + value.size() + 40);
    append_place(to, at, as);
    to.append(",\"value\":");
    append_string(to, value, as);
    if (as == encoding::base64)
        to.append(base64_marker);
    to.append('}');
    answer.finish();
}

void render_written(const call& of, const element& at, bool created, const etag& tag)
{
    const encoding as = encoding_of(at);
    http::response& answer = of.exchange.response();
    answer.begin(created ? 201 : 200);
    answer.field("ETag", tag.quoted());
    buffer& to = answer.content("application/json", at.key.view().size() + at.name.size() + 50);
    append_place(to, at, as);
    if (as == encoding::base64)
        to.append(base64_marker);
    to.append(created ? ",\"created\":true}" : ",\"created\":false}");
    answer.finish();
}

// Redis has no word of its own for an item that is not there.
bool says_no_item(const redis::reply_view& reply)
{
    const auto says = [&](std::string_view text) { return reply.text().find(text) != std::string_view::npos; };
    return reply.is_error("ERR") && (says("no such key") || says("index out of range"));
}

// HSET and HSETNX answer whether the field is new, LSET OK.
void render_outcome(const call& of, const element& at, const etag& tag, const commands::reply_or_error& got)
{
    if (got && got->is_nil())
        return fail_precondition(of);
    if (got && says_no_item(*got))
        return fail_no_element(of, at.type);
    if (failed(of, got))
        return;
    if (got->is_integer() || got->text() == "OK")
        render_written(of, at, got->integer() == 1, tag);
    else
        fail_unexpected(of);
}

task store(keys_call of, element at, etag tag, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    render_outcome(of, at, tag, got);
}

task store_guarded(keys_call of, element at, etag tag, commands::script_request request)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, request);
    render_outcome(of, at, tag, got);
}

// HSETNX: 0 when there is one.
task store_new(keys_call of, element at, etag tag, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (!got_integer(of, got))
        co_return;
    if (got->integer() == 0)
        fail_precondition(of);
    else
        render_written(of, at, true, tag);
}

task erase(keys_call of, element at, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    render_removed(of, at.type, got);
}

task erase_guarded(keys_call of, element at, commands::script_request request)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, request);
    if (got && got->is_nil())
        fail_precondition(of);
    else
        render_removed(of, at.type, got);
}

std::string_view reader(kind type) noexcept
{
    return type == kind::hash ? "HGET" : "LINDEX";
}

}   // namespace

task read_element(keys_call of, element at, read_request wish)
{
    redis::batch command = redis::batch::of(reader(at.type), at.key.view(), at.name);
    const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(command));
    if (got && got->is_nil())
        co_return fail_no_element(of, at.type);
    if (!got_string(of, got))
        co_return;
    if (wish.form == form::raw)
        render_raw(of, got->text(), wish);
    else
        render_value(of, at, got->text(), wish);
}

task write_element(const keys_call& of, element&& at, const guard& by, payload&& value)
{
    const etag tag = etag::of(value.view());
    const bool field = at.type == kind::hash;
    const std::string_view writer = field ? "HSET" : "LSET";
    if (!by.none() && !(field && by.only_nx())) {
        element_write write{reader(at.type), writer, at.name, std::move(value)};
        auto request = guarded_element(at.key.view(), by, std::move(write));
        return store_guarded(of, std::move(at), tag, std::move(request));
    }
    redis::batch command;
    command.begin(4).argument(by.none() ? writer : "HSETNX").argument(at.key.view()).argument(at.name);
    command.argument(std::move(value));
    if (by.none())
        return store(of, std::move(at), tag, std::move(command));
    return store_new(of, std::move(at), tag, std::move(command));
}

task erase_field(const keys_call& of, element&& at, const guard& by)
{
    if (by.none()) {
        redis::batch command = redis::batch::of("HDEL", at.key.view(), at.name);
        return erase(of, std::move(at), std::move(command));
    }
    auto request = guarded_element(at.key.view(), by, element_write{"HGET", "HDEL", at.name, std::nullopt});
    return erase_guarded(of, std::move(at), std::move(request));
}

result<guard> read_guard(const http::request& from, existence_options taken)
{
    static constexpr std::array<known_option, 2> known = {{{"nx", option_kind::flag}, {"xx", option_kind::flag}}};
    const auto options =
        query::read(from.query, std::span(known).first(taken == existence_options::nx_xx ? known.size() : 0));
    if (!options)
        return options.error();
    if (options->size() > 1)
        return error(errc::bad_request, "nx and xx exclude each other");
    const auto asked = api::conditions::of(from);
    if (!asked)
        return asked.error();
    return guard::of(*asked, options->has("nx"), options->has("xx"));
}

}   // namespace rediserve::api::keys
