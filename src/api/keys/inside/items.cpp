// What is inside a list.
#include "api/ask.hpp"
#include "api/json_writer.hpp"
#include "api/keys/answer.hpp"
#include "api/keys/inside/document.hpp"
#include "api/keys/inside/element.hpp"
#include "api/keys/inside/listing.hpp"
#include "api/keys/inside/outcome.hpp"
#include "api/keys/members.hpp"
#include "api/keys/outcome.hpp"
#include "rediserve/base/bytes.hpp"

#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace rediserve::api::keys {

namespace {

// ---- both ends -----------------------------------------------------------------------------------------------------

enum class side : bool { left, right };

std::optional<side> side_of(std::string_view word) noexcept
{
    if (word == "left")
        return side::left;
    if (word == "right")
        return side::right;
    return std::nullopt;
}

error no_side()
{
    return error(errc::bad_request, "\"side\" is left or right");
}

std::string_view push_command(side at, bool only_existing) noexcept
{
    if (only_existing)
        return at == side::left ? "LPUSHX" : "RPUSHX";
    return at == side::left ? "LPUSH" : "RPUSH";
}

struct push_request
{
    side at = side::right;
    std::vector<std::string> values;

    static result<push_request> read(std::string_view body);
};

result<push_request> push_request::read(std::string_view body)
{
    static constexpr std::array<known_option, 3> known = {{
        {"values", option_kind::value},
        {"side", option_kind::value},
        {"encoding", option_kind::value},
    }};
    auto from = document::read(body, known);
    if (!from)
        return from.error();
    push_request wish;
    if (const json_value* const word = find_member(from->members, "side")) {
        const auto* const text = word->as<std::string>();
        const auto at = text ? side_of(*text) : std::nullopt;
        if (!at)
            return no_side();
        wish.at = *at;
    }
    auto values = from->take_strings("values");
    if (!values)
        return values.error();
    wish.values = std::move(*values);
    return wish;
}

// RPUSHX answers 0 where there is no list.
task push(keys_call of, key_name key, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (got && got->is_integer() && got->integer() == 0)
        fail_precondition(of);
    else
        render_count(of, key, "size", got);
}

void render_popped(const call& of, const key_name& key, const redis::reply_view& items)
{
    const encoding as = encoding_of_all(kind::list, items);
    http::response& answer = of.exchange.response();
    answer.begin(200);
    buffer& to = answer.content("application/json", 1000);
    to.append('{');
    append_key_member(to, key.view());
    to.append(",\"items\":");
    append_value(to, kind::list, items, as);
    if (as == encoding::base64)
        to.append(base64_marker);
    to.append('}');
    answer.finish();
}

task pop(keys_call of, key_name key, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (failed(of, got))
        co_return;
    if (got->is_nil())
        fail_not_found(of);
    else if (got->is_array())
        render_popped(of, key, *got);
    else
        fail_unexpected(of);
}

// ---- one item ------------------------------------------------------------------------------------------------------

// An index in the form in which it is answered.
result<std::string> read_index(std::string_view text)
{
    const auto index = parse_integer(text);
    if (!index)
        return error(errc::bad_request, "an item is named by its index, a whole number: 0 the first, -1 the last");
    return std::to_string(*index);
}

}   // namespace

task get_items(const keys_call& of, key_name&& key)
{
    static constexpr std::array<known_option, 3> known = {{
        {"start", option_kind::value},
        {"stop", option_kind::value},
        {"include", option_kind::value},
    }};
    const auto options = query::read(of.exchange.request().query, known);
    if (!options)
        return refuse(of, options.error());
    auto wish = read_listing(of.exchange.request(), *options, kind::list);
    if (!wish)
        return refuse(of, wish.error());
    if (const auto fine = read_ranks(*options, "LRANGE", *wish); !fine)
        return refuse(of, fine.error());
    return list_parts(of, std::move(key), std::move(*wish));
}

task push_items(const keys_call& of, key_name&& key)
{
    static constexpr std::array<known_option, 1> known = {{{"xx", option_kind::flag}}};
    const auto options = query::read(of.exchange.request().query, known);
    if (!options)
        return refuse(of, options.error());
    const auto wish = push_request::read(of.exchange.request().body);
    if (!wish)
        return refuse(of, wish.error());
    redis::batch command;
    add_command(command, push_command(wish->at, options->has("xx")), key, wish->values);
    return push(of, std::move(key), std::move(command));
}

task pop_items(const keys_call& of, key_name&& key)
{
    static constexpr std::array<known_option, 2> known = {
        {{"side", option_kind::value}, {"count", option_kind::value}}};
    const auto options = query::read(of.exchange.request().query, known);
    if (!options)
        return refuse(of, options.error());
    const auto at = side_of(options->find("side").value_or("left"));
    if (!at)
        return refuse(of, no_side());
    const auto most = static_cast<std::int64_t>(of.settings.collection_items);
    const auto count = read_number(*options, "count", 1, most);
    if (!count)
        return refuse(of, count.error());
    const std::string_view name = *at == side::left ? "LPOP" : "RPOP";
    auto command = redis::batch::of(name, key.view(), count->value_or(1));
    return pop(of, std::move(key), std::move(command));
}

task get_item(const keys_call& of, key_name&& key, std::string&& index)
{
    auto name = read_index(index);
    if (!name)
        return refuse(of, name.error());
    auto wish = read_request::read_element(of.exchange.request());
    if (!wish)
        return refuse(of, wish.error());
    return read_element(of, element{kind::list, std::move(key), std::move(*name)}, std::move(*wish));
}

task put_item(const keys_call& of, key_name&& key, std::string&& index)
{
    auto name = read_index(index);
    if (!name)
        return refuse(of, name.error());
    const auto by = read_guard(of.exchange.request(), existence_options::none);
    if (!by)
        return refuse(of, by.error());
    element at{kind::list, std::move(key), std::move(*name)};
    return write_element(of, std::move(at), *by, of.exchange.take_body());
}

}   // namespace rediserve::api::keys
