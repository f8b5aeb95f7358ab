#include "api/keys/addend.hpp"

#include "api/errors.hpp"
#include "api/json_writer.hpp"
#include "api/keys/query.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rediserve::api::keys {

namespace {

constexpr std::array<known_option, 1> known = {{{"by", option_kind::value}}};

// Redis has one word for all its errors of this kind, so that only the text tells them apart.
bool says_not_a_number(const redis::reply_view& reply)
{
    constexpr std::array<std::string_view, 6> texts = {
        "is not an integer", "is not a valid float",          "value is not a float",
        "would overflow",    "would produce NaN or Infinity", "is not a number (NaN)",
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

}   // namespace

result<addend> addend::read(const http::request& from)
{
    const auto options = query::read(from.query, known);
    if (!options)
        return options.error();
    const std::string_view number = options->find("by").value_or("1");
    if (parse_integer(number))
        return addend{std::string(number), true};
    if (is_json_number(number) && number.find_first_of(".eE") != std::string_view::npos)
        return addend{std::string(number), false};
    return error(errc::bad_request, "the option \"by\" takes a number such as 5 (within 64 bits) or 0.5");
}

bool failed_to_add(const call& of, const commands::reply_or_error& got)
{
    if (!got || !says_not_a_number(*got))
        return failed(of, got);
    fail(of, not_a_number(*got));
    return true;
}

// INCRBY answers an integer, INCRBYFLOAT the text of a number. Both are passed on digit by digit.
std::string sum_of(const redis::reply_view& reply)
{
    if (reply.is_integer())
        return std::to_string(reply.integer());
    return is_json_number(reply.text()) ? std::string(reply.text()) : std::string();
}

}   // namespace rediserve::api::keys
