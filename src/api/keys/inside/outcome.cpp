#include "api/keys/inside/outcome.hpp"

#include "api/errors.hpp"
#include "api/json_writer.hpp"
#include "api/keys/outcome.hpp"

#include <string>

namespace rediserve::api::keys {

namespace {

std::string_view part_of(kind type) noexcept
{
    switch (type) {
    case kind::hash: return "field";
    case kind::list: return "item";
    case kind::stream: return "entry";
    default: return "member";
    }
}

}   // namespace

void fail_no_element(const call& of, kind type)
{
    fail(of, error(errc::not_found, "there is no such key, or no such " + std::string(part_of(type)) + " in it"));
}

void render_removed(const call& of, kind type, const commands::reply_or_error& got)
{
    if (!got_integer(of, got))
        return;
    if (got->integer() == 0)
        return fail_no_element(of, type);
    of.exchange.response().begin(204);
    of.exchange.response().finish();
}

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

void render_count(const call& of, const key_name& key, std::string_view member, const commands::reply_or_error& got)
{
    if (got_integer(of, got))
        render_number(of, key, member, std::to_string(got->integer()));
}

void render_counts(const call& of, const key_name& key, tally one, tally other)
{
    http::response& answer = of.exchange.response();
    answer.begin(200);
    buffer& to = answer.content("application/json", key.view().size() + one.name.size() + other.name.size() + 40);
    to.append('{');
    append_key_member(to, key.view());
    for (const tally& each : {one, other}) {
        to.append(",\"");
        to.append(each.name);
        to.append("\":");
        to.append_number(each.number);
    }
    to.append('}');
    answer.finish();
}

}   // namespace rediserve::api::keys
