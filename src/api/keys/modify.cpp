// POST to what is below one key: incr and append.
#include "api/ask.hpp"
#include "api/json_writer.hpp"
#include "api/keys/handlers.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/query.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace rediserve::api::keys {

namespace {

constexpr std::array<known_option, 1> known = {{{"by", option_kind::value}}};

// `{"key":…,"<name>":<number>}`
void render_number(const call& of, const key_name& key, std::string_view member, std::string_view number)
{
    http::response& answer = of.exchange.response();
    answer.begin(200);
    buffer& to = answer.content("application/json", key.view().size() + member.size() + number.size() + 12);
    to.append('{');
    append_key_member(to, key.view());
    to.append(",\"");
    to.append(member);
    to.append("\":");
    to.append(number);
    to.append('}');
    answer.finish();
}

// Redis has one word for all its errors of this kind, so that only the text tells them apart.
bool says_not_a_number(const redis::reply_view& reply)
{
    constexpr std::array<std::string_view, 4> texts = {
        "is not an integer",
        "is not a valid float",
        "would overflow",
        "would produce NaN or Infinity",
    };
    const auto found = [&](std::string_view text) { return reply.text().find(text) != std::string_view::npos; };
    return reply.is_error("ERR") && std::ranges::any_of(texts, found);
}

error not_a_number(const redis::reply_view& reply)
{
    std::string why(reply.text().substr(4));
    if (why.find("is not an integer") != std::string::npos)
        why += "; to count in fractions, increment by 1.0";
    return error(errc::not_a_number, std::move(why));
}

// INCRBY answers an integer, INCRBYFLOAT the text of a number. Both are passed on digit by digit.
task increment(keys_call of, key_name key, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (got && says_not_a_number(*got))
        co_return fail(of, not_a_number(*got));
    if (failed(of, got))
        co_return;
    if (got->is_integer())
        render_number(of, key, "value", std::to_string(got->integer()));
    else if (is_json_number(got->text()))
        render_number(of, key, "value", got->text());
    else
        fail_unexpected(of);
}

// A number with a point or an exponent counts in fractions; any other is a whole one and fits into 64 bits.
std::optional<redis::batch> increment_by(const key_name& key, std::string_view number)
{
    if (parse_integer(number))
        return redis::batch::of("INCRBY", key.view(), number);
    if (is_json_number(number) && number.find_first_of(".eE") != std::string_view::npos)
        return redis::batch::of("INCRBYFLOAT", key.view(), number);
    return std::nullopt;
}

task append(keys_call of, key_name key, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (got_integer(of, got))
        render_number(of, key, "size", std::to_string(got->integer()));
}

}   // namespace

task increment_key(const keys_call& of, key_name&& key)
{
    const auto options = query::read(of.exchange.request().query, known);
    if (!options)
        return refuse(of, options.error());
    auto command = increment_by(key, options->find("by").value_or("1"));
    if (!command)
        return refuse(of, {errc::bad_request, "the option \"by\" takes a number such as 5 (within 64 bits) or 0.5"});
    return increment(of, std::move(key), std::move(*command));
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
