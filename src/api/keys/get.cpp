// GET of one key as JSON.
#include "api/keys/get.hpp"

#include "api/ask.hpp"
#include "api/keys/answer.hpp"
#include "api/keys/inside/listing.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/scripts.hpp"

#include <utility>

namespace rediserve::api::keys {

namespace {

void render_string(const call& of, std::string_view key, std::string_view value, const read_request& wish)
{
    const etag tag = etag::of(value);
    if (!weigh(of, wish.conditions, tag))
        return;
    http::response& answer = begin_tagged(of, 200, tag);
    buffer& to = answer.content("application/json", key.size() + value.size() + 22);
    append_string_answer(to, key, value);
    to.append('}');
    answer.finish();
}

void render_described_string(const call& of, std::string_view key, const description& found, const read_request& wish)
{
    const etag tag = etag::of(found.value->text());
    if (!weigh(of, wish.conditions, tag))
        return;
    http::response& answer = begin_tagged(of, 200, tag);
    buffer& to = answer.content("application/json", key.size() + found.value->text().size() + 60);
    append_string_answer(to, key, found.value->text());
    append_included(to, wish.include, found);
    to.append('}');
    answer.finish();
}

void append_document(buffer& to, std::string_view key, kind type, const description& found, const inclusion& include)
{
    append_collection_answer(to, key, type, *found.value);
    append_included(to, include, found);
    to.append('}');
}

// Who may want to wait for another one is told the tag of this one; it costs more than the answer does.
bool wants_tag(const read_request& wish) noexcept
{
    return (wish.wait || wish.conditions.if_none_match) && !wish.conditions.if_match;
}

void render_collection(
    const call& of, std::string_view key, kind type, const description& found, const read_request& wish
)
{
    const bool tagged = wants_tag(wish);
    if (!tagged && !weigh_untagged(of, wish.conditions))
        return;
    buffer document;
    append_document(document, key, type, found, wish.include);
    const std::optional<etag> tag = tagged ? std::optional(etag::of(document.view())) : std::nullopt;
    const bool known = tag && judge(wish.conditions, tag->opaque()) == verdict::not_modified;
    http::response& answer = of.exchange.response();
    answer.begin(known ? 304 : 200);
    answer.field("Vary", "Accept");
    if (tag)
        answer.field("ETag", "W/" + std::string(tag->quoted()));
    if (!known)
        answer.content("application/json", document.size()).append(document.view());
    answer.finish();
}

error foreign_type(std::string_view type)
{
    return error(
        errc::wrong_type, "the key holds a value of the type " + std::string(type) + ", which cannot be read here"
    );
}

void render_described(
    const keys_call& of, std::string_view key, const commands::reply_or_error& got, const read_request& wish
)
{
    if (failed(of, got))
        return;
    if (got->is_nil())
        return fail_not_found(of);
    const auto found = description::read(*got);
    if (!found)
        return fail_unexpected(of);
    const auto type = kind_of(found->type);
    if (!type)
        fail(of, foreign_type(found->type));
    else if (!found->value)
        fail(of, too_large(of, key, *type, found->size.value_or(0)));
    else if (*type == kind::string)
        render_described_string(of, key, *found, wish);
    else
        render_collection(of, key, *type, *found, wish);
}

// Most values are strings, so GET is tried first; only WRONGTYPE costs the second round trip.
task read_value(keys_call of, key_name key, read_request wish)
{
    redis::batch command = redis::batch::of("GET", key.view());
    const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(command));
    if (!got || !got->is_error("WRONGTYPE")) {
        if (got_string(of, got))
            render_string(of, key.view(), got->text(), wish);
        co_return;
    }
    commands::script_request describe = describe_whole(key.view(), of.settings.collection_items);
    const commands::reply_or_error described = co_await ask(of, effect::reads, describe);
    render_described(of, key.view(), described, wish);
}

// With what ?include= adds, all of one moment.
task read_described(keys_call of, key_name key, read_request wish)
{
    commands::script_request describe = describe_whole(key.view(), of.settings.collection_items);
    const commands::reply_or_error described = co_await ask(of, effect::reads, describe);
    render_described(of, key.view(), described, wish);
}

}   // namespace

std::optional<etag> tag_of_collection(std::string_view key, const commands::reply_or_error& got)
{
    const auto found = got ? description::read(*got) : std::nullopt;
    const auto type = found ? kind_of(found->type) : std::nullopt;
    if (!type || *type == kind::string || !found->value)
        return std::nullopt;
    buffer document;
    append_document(document, key, *type, *found, {});
    return etag::of(document.view());
}

task get_key(const keys_call& of, key_name&& key)
{
    auto wish = read_request::read(of.exchange.request());
    if (!wish)
        return refuse(of, wish.error());
    if (wish->wait)
        return wait_for_value(of, std::move(key), std::move(*wish));
    return read_now(of, std::move(key), std::move(*wish));
}

task read_now(const keys_call& of, key_name&& key, read_request&& wish)
{
    if (wish.range && !wish.depends_on_tag())
        return read_part(of, std::move(key), std::move(wish));
    if (wish.form == form::raw)
        return read_raw(of, std::move(key), std::move(wish));
    if (wish.include.any())
        return read_described(of, std::move(key), std::move(wish));
    return read_value(of, std::move(key), std::move(wish));
}

bool weigh(const call& of, const conditions& asked, const etag& tag)
{
    if (asked.none())
        return true;
    const verdict found = judge(asked, tag.opaque());
    if (found == verdict::failed)
        fail_precondition(of);
    else if (found == verdict::not_modified)
        begin_tagged(of, 304, tag).finish();
    return found == verdict::proceed;
}

bool weigh_untagged(const call& of, const conditions& asked)
{
    constexpr std::string_view no_tag = "\"";   // no tag in a header can hold a quote
    const verdict found = judge(asked, no_tag);
    if (found == verdict::failed)
        fail_precondition(of);
    if (found == verdict::not_modified) {
        of.exchange.response().begin(304);
        of.exchange.response().finish();
    }
    return found == verdict::proceed;
}

http::response& begin_tagged(const call& of, unsigned status, const etag& tag)
{
    http::response& answer = of.exchange.response();
    answer.begin(status);
    answer.field("ETag", tag.quoted());
    answer.field("Vary", "Accept");   // JSON and bare bytes share the tag
    return answer;
}

}   // namespace rediserve::api::keys
