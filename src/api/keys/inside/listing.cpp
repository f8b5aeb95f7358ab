#include "api/keys/inside/listing.hpp"

#include "api/ask.hpp"
#include "api/json_writer.hpp"
#include "api/keys/answer.hpp"
#include "api/keys/cursor.hpp"
#include "api/keys/get.hpp"
#include "api/keys/outcome.hpp"
#include "rediserve/base/bytes.hpp"

#include <utility>

namespace rediserve::api::keys {

namespace {

error bad(std::string why)
{
    return error(errc::bad_request, std::move(why));
}

std::size_t count_parts(kind type, const redis::reply_view& parts) noexcept
{
    return type == kind::hash || type == kind::zset ? parts.size() / 2 : parts.size();
}

// The next page, as the client is to name it; nullopt: Redis' cursor is none.
std::optional<std::string> name_of_next(const listing& wish, std::string_view next)
{
    if (wish.read.reach != reach::scan)
        return std::string(next);
    const auto cursor = read_scan_cursor(next);
    if (!cursor)
        return std::nullopt;
    return encode_cursor(*cursor, cursor_of(wish.read.type));
}

void append_next(buffer& to, const listing& wish, std::string_view next)
{
    to.append(",\"");
    to.append(wish.next_member);
    to.append("\":");
    if (next.empty())
        to.append("null");
    else
        append_string(to, next, encoding::text);
}

void append_listing(
    buffer& to, const key_name& key, const parts_found& found, const listing& wish, std::string_view next
)
{
    const kind type = wish.read.type;
    const encoding as = encoding_of_all(type, *found.parts);
    to.append('{');
    append_key_member(to, key.view());
    to.append(",\"");
    to.append(parts(type));
    to.append("\":");
    append_value(to, type, *found.parts, as);
    if (as == encoding::base64)
        to.append(base64_marker);
    if (!wish.next_member.empty())
        append_next(to, wish, next);
    if (wish.with_size) {
        to.append(",\"size\":");
        to.append_number(found.size);
    }
    to.append('}');
}

void render(const keys_call& of, const key_name& key, const parts_found& found, const listing& wish)
{
    std::string next;
    if (!found.next.empty()) {
        auto named = name_of_next(wish, found.next);
        if (!named)
            return fail_unexpected(of);
        next = std::move(*named);
    }
    if (!weigh_untagged(of, wish.conditions))
        return;
    http::response& answer = of.exchange.response();
    answer.begin(200);
    if (!next.empty()) {
        const std::string path = path_inside(of, key.view(), wish.read.type);
        answer.field("Link", "<" + path + "?" + wish.next_options + percent_encode(next) + ">; rel=\"next\"");
    }
    append_listing(answer.content("application/json", 1000), key, found, wish, next);
    answer.finish();
}

error range_too_large(const keys_call& of, kind type)
{
    return error(
        errc::collection_too_large,
        "there are more than " + std::to_string(of.settings.collection_items) + " " + std::string(parts(type))
            + " in this range, which is more than is answered at once; add a \"count\""
    );
}

}   // namespace

task list_parts(keys_call of, key_name key, listing wish)
{
    commands::script_request request = read_parts(key.view(), wish.read, of.settings.collection_items);
    const commands::reply_or_error got = co_await ask(of, effect::reads, request);
    const auto found = got_parts(of, key.view(), wish.read.type, got);
    if (!found)
        co_return;
    if (wish.most > 0 && count_parts(wish.read.type, *found->parts) > wish.most)
        fail(of, range_too_large(of, wish.read.type));
    else
        render(of, key, *found, wish);
}

result<listing> read_listing(const http::request& from, const query& options, kind type)
{
    listing wish;
    wish.read.type = type;
    auto conditions = api::conditions::of(from);
    if (!conditions)
        return conditions.error();
    wish.conditions = std::move(*conditions);
    if (const auto include = options.find("include")) {
        if (*include != "size")
            return bad("the option \"include\" takes size");
        wish.with_size = true;
    }
    return wish;
}

bool asks_for_scan(const query& options) noexcept
{
    return options.has("cursor") || options.has("count") || options.has("match");
}

result<void> read_scan(const query& options, std::string_view command, std::size_t default_count, listing& to)
{
    const auto count = read_number(options, "count", 1, largest_page);
    if (!count)
        return count.error();
    std::uint64_t cursor = 0;
    if (const auto text = options.find("cursor"); text && !text->empty()) {   // an empty one begins
        const auto given = decode_cursor(*text, cursor_of(to.read.type));
        if (!given)
            return bad("the option \"cursor\" takes what the previous page said");
        cursor = *given;
    }
    to.read.reach = reach::scan;
    to.read.command = {std::string(command), std::to_string(cursor), "COUNT"};
    to.read.command.push_back(std::to_string(count->value_or(static_cast<std::int64_t>(default_count))));
    to.next_member = "cursor";
    if (const auto match = options.find("match")) {
        to.read.command.insert(to.read.command.end(), {"MATCH", std::string(*match)});
        to.next_options.append("match=").append(percent_encode(*match)).append("&");
    }
    if (*count)
        to.next_options.append("count=").append(std::to_string(**count)).append("&");
    if (to.with_size)
        to.next_options.append("include=size&");
    to.next_options.append("cursor=");
    return {};
}

result<void> read_ranks(const query& options, std::string_view command, listing& to)
{
    constexpr std::int64_t furthest = std::int64_t{1} << 53;   // Lua counts exactly up to here
    const auto start = read_number(options, "start", -furthest, furthest);
    if (!start)
        return start.error();
    const auto stop = read_number(options, "stop", -furthest, furthest);
    if (!stop)
        return stop.error();
    to.read.reach = reach::ranks;
    to.read.command = {std::string(command), std::to_string(start->value_or(0)), std::to_string(stop->value_or(-1))};
    return {};
}

result<std::optional<std::int64_t>> read_number(
    const query& options, std::string_view name, std::int64_t least, std::int64_t most
)
{
    const auto text = options.find(name);
    if (!text)
        return std::optional<std::int64_t>();
    const auto count = parse_integer(*text);
    if (!count || *count < least || *count > most)
        return bad(
            "the option \"" + std::string(name) + "\" takes a whole number from " + std::to_string(least) + " to "
            + std::to_string(most)
        );
    return count;
}

error too_large(const keys_call& of, std::string_view key, kind type, std::int64_t size)
{
    constexpr std::size_t longest_shown = 200;
    const std::string where = key.size() > longest_shown ? std::string(of.prefix) + "/KEY/" + std::string(parts(type))
                                                         : path_inside(of, key, type);
    return error(
        errc::collection_too_large,
        "the " + std::string(name(type)) + " has " + std::to_string(size) + " " + std::string(parts(type))
            + ", and no more than " + std::to_string(of.settings.collection_items)
            + " are answered at once; it can be read in pages: " + where + "?" + std::string(first_page(type))
    );
}

std::string path_inside(const keys_call& of, std::string_view key, kind type)
{
    return std::string(of.prefix).append("/").append(percent_encode(key)).append("/").append(parts(type));
}

std::optional<parts_found> got_parts(
    const keys_call& of, std::string_view key, kind type, const commands::reply_or_error& got
)
{
    if (failed(of, got))
        return std::nullopt;
    if (got->is_nil()) {
        fail_not_found(of);
        return std::nullopt;
    }
    const auto found = parts_found::read(*got);
    if (!found)
        fail_unexpected(of);
    else if (!found->parts)
        fail(of, too_large(of, key, type, found->size));
    return found && found->parts ? found : std::nullopt;
}

}   // namespace rediserve::api::keys
