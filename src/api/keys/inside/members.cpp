// What is inside a set.
#include "api/ask.hpp"
#include "api/json_writer.hpp"
#include "api/keys/get.hpp"
#include "api/keys/inside/document.hpp"
#include "api/keys/inside/listing.hpp"
#include "api/keys/inside/member.hpp"
#include "api/keys/inside/outcome.hpp"
#include "api/keys/outcome.hpp"

#include <array>
#include <utility>
#include <vector>

namespace rediserve::api::keys {

namespace {

// `counted` names what Redis counted, in the answer: a literal.
task change(keys_call of, key_name key, const char* counted, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    render_count(of, key, counted, got);
}

// ---- one member ----------------------------------------------------------------------------------------------------

void render_member(const call& of, const key_name& key, std::string_view member, unsigned status)
{
    http::response& answer = of.exchange.response();
    answer.begin(status);
    buffer& to = answer.content("application/json", key.view().size() + member.size() + 50);
    append_member(to, key, member);
    to.append('}');
    answer.finish();
}

void render_added(const call& of, const key_name& key, std::string_view member, bool created)
{
    http::response& answer = of.exchange.response();
    answer.begin(created ? 201 : 200);
    buffer& to = answer.content("application/json", key.view().size() + member.size() + 70);
    append_member(to, key, member);
    to.append(created ? ",\"created\":true}" : ",\"created\":false}");
    answer.finish();
}

task look_up(keys_call of, key_name key, std::string member, conditions asked)
{
    redis::batch command = redis::batch::of("SISMEMBER", key.view(), member);
    const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(command));
    if (!got_integer(of, got))
        co_return;
    if (got->integer() == 0)
        fail_no_element(of, kind::set);
    else if (weigh_untagged(of, asked))
        render_member(of, key, member, 200);
}

// SADD answers 0 when it was there already, and has changed nothing then.
task add(keys_call of, key_name key, std::string member, bool only_new)
{
    redis::batch command = redis::batch::of("SADD", key.view(), member);
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (!got_integer(of, got))
        co_return;
    if (only_new && got->integer() == 0)
        fail_precondition(of);
    else
        render_added(of, key, member, got->integer() == 1);
}

task remove(keys_call of, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    render_removed(of, kind::set, got);
}

}   // namespace

task get_members(const keys_call& of, key_name&& key)
{
    static constexpr std::array<known_option, 4> known = {{
        {"cursor", option_kind::value},
        {"count", option_kind::value},
        {"match", option_kind::value},
        {"include", option_kind::value},
    }};
    const auto options = query::read(of.exchange.request().query, known);
    if (!options)
        return refuse(of, options.error());
    auto wish = read_listing(of.exchange.request(), *options, kind::set);
    if (!wish)
        return refuse(of, wish.error());
    wish->read.command = {"SMEMBERS"};
    if (asks_for_scan(*options))
        if (const auto fine = read_scan(*options, "SSCAN", of.settings.scan_count, *wish); !fine)
            return refuse(of, fine.error());
    return list_parts(of, std::move(key), std::move(*wish));
}

task add_members(const keys_call& of, key_name&& key)
{
    static constexpr std::array<known_option, 2> known = {
        {{"members", option_kind::value}, {"encoding", option_kind::value}}};
    if (const auto options = query::read(of.exchange.request().query, {}); !options)
        return refuse(of, options.error());
    auto from = document::read(of.exchange.request().body, known);
    if (!from)
        return refuse(of, from.error());
    const auto members = from->take_strings("members");
    if (!members)
        return refuse(of, members.error());
    redis::batch command;
    add_command(command, "SADD", key, *members);
    return change(of, std::move(key), "added", std::move(command));
}

task remove_members(const keys_call& of, key_name&& key)
{
    static constexpr std::array<known_option, 1> known = {{{"member", option_kind::repeated}}};
    const auto options = query::read(of.exchange.request().query, known);
    if (!options)
        return refuse(of, options.error());
    const auto named = options->all("member");
    if (named.empty())
        return refuse(of, {errc::bad_request, "name the members to remove: ?member=a&member=b"});
    redis::batch command;
    add_command(command, "SREM", key, std::vector<std::string>(named.begin(), named.end()));
    return change(of, std::move(key), "removed", std::move(command));
}

task get_member(const keys_call& of, key_name&& key, std::string&& member)
{
    const http::request& request = of.exchange.request();
    if (const auto options = query::read(request.query, {}); !options)
        return refuse(of, options.error());
    auto asked = api::conditions::of(request);
    if (!asked)
        return refuse(of, asked.error());
    return look_up(of, std::move(key), std::move(member), std::move(*asked));
}

task put_member(const keys_call& of, key_name&& key, std::string&& member)
{
    static constexpr std::array<known_option, 1> known = {{{"nx", option_kind::flag}}};
    const auto options = query::read(of.exchange.request().query, known);
    if (!options)
        return refuse(of, options.error());
    const auto only_new = asks_for_new(of.exchange.request());
    if (!only_new)
        return refuse(of, only_new.error());
    if (!of.exchange.request().body.empty())
        return refuse(of, {errc::bad_request, "a member of a set has no value; send no body"});
    return add(of, std::move(key), std::move(member), *only_new || options->has("nx"));
}

task delete_member(const keys_call& of, key_name&& key, std::string&& member)
{
    if (const auto fine = refuse_conditions(of.exchange.request()); !fine)
        return refuse(of, fine.error());
    if (const auto options = query::read(of.exchange.request().query, {}); !options)
        return refuse(of, options.error());
    return remove(of, redis::batch::of("SREM", key.view(), member));
}

}   // namespace rediserve::api::keys
