// GET of the bare bytes of a string.
#include "api/ask.hpp"
#include "api/keys/get.hpp"
#include "api/keys/outcome.hpp"

#include <optional>
#include <string>
#include <utility>

namespace rediserve::api::keys {

namespace {

void send(http::response& answer, std::string_view type, std::string_view bytes)
{
    answer.content(type, bytes.size()).append(bytes);
    answer.finish();
}

void add_content_range(http::response& answer, const extent& part, std::int64_t size)
{
    const std::string last = std::to_string(part.first + part.size - 1);
    answer.field("Content-Range", "bytes " + std::to_string(part.first) + "-" + last + "/" + std::to_string(size));
}

// If-Range with the tag of another value, or with a date, which no value here has, asks for the whole.
bool wants_part(const read_request& wish, const etag& tag) noexcept
{
    return wish.range && (wish.if_range.empty() || wish.if_range == tag.quoted());
}

void render_part_of(const call& of, std::string_view value, const read_request& wish, const etag& tag)
{
    const auto size = static_cast<std::int64_t>(value.size());
    const auto part = resolve(*wish.range, size);
    if (!part)
        return render_range_not_satisfiable(of.exchange, size);
    http::response& answer = begin_tagged(of, 206, tag);
    add_content_range(answer, *part, size);
    send(
        answer, wish.raw_type(),
        value.substr(static_cast<std::size_t>(part->first), static_cast<std::size_t>(part->size))
    );
}

// `bytes` is what Redis cut out of a value of `size` bytes.
void render_part(const call& of, std::int64_t size, std::string_view bytes, const read_request& wish)
{
    const auto part = resolve(*wish.range, size);
    if (!part)
        return render_range_not_satisfiable(of.exchange, size);
    if (static_cast<std::int64_t>(bytes.size()) != part->size)
        return fail_unexpected(of);
    http::response& answer = of.exchange.response();
    answer.begin(206);
    answer.field("Vary", "Accept");
    add_content_range(answer, *part, size);
    send(answer, wish.raw_type(), bytes);
}

}   // namespace

void render_raw(const call& of, std::string_view value, const read_request& wish)
{
    const etag tag = etag::of(value);
    if (!weigh(of, wish.conditions, tag))
        return;
    if (wants_part(wish, tag))
        return render_part_of(of, value, wish, tag);
    http::response& answer = begin_tagged(of, 200, tag);
    answer.field("Accept-Ranges", "bytes");
    send(answer, wish.raw_type(), value);
}

task read_raw(keys_call of, key_name key, read_request wish)
{
    redis::batch command = redis::batch::of("GET", key.view());
    const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(command));
    if (got_string(of, got))
        render_raw(of, got->text(), wish);
}

// Moves no more than the part. A tag would need the whole value, so an answer of this kind has none.
task read_part(keys_call of, key_name key, read_request wish)
{
    if (!may_transact(of))
        co_return;
    redis::batch commands;
    commands.add("MULTI").add("EXISTS", key.view()).add("STRLEN", key.view());
    commands.add("GETRANGE", key.view(), wish.range->first, wish.range->last).add("EXEC");
    const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(commands));
    if (!got_transaction(of, got, 3))
        co_return;
    if ((*got)[0].integer() == 0)
        fail_not_found(of);
    else
        render_part(of, (*got)[1].integer(), (*got)[2].text(), wish);
}

}   // namespace rediserve::api::keys
