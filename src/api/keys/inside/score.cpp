// One member of a sorted set, and its score.
#include "api/ask.hpp"
#include "api/keys/addend.hpp"
#include "api/keys/answer.hpp"
#include "api/keys/envelope_value.hpp"
#include "api/keys/get.hpp"
#include "api/keys/inside/document.hpp"
#include "api/keys/inside/member.hpp"
#include "api/keys/inside/outcome.hpp"
#include "api/keys/inside/score_options.hpp"
#include "api/keys/members.hpp"
#include "api/keys/outcome.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

namespace rediserve::api::keys {

namespace {

// `{"key":…,"member":…,"score":…`, left open.
buffer& begin_score(
    const call& of, unsigned status, const key_name& key, std::string_view member, std::string_view score
)
{
    http::response& answer = of.exchange.response();
    answer.begin(status);
    buffer& to = answer.content("application/json", key.view().size() + member.size() + 90);
    append_member(to, key, member);
    to.append(",\"score\":");
    append_score(to, score);
    return to;
}

// ---- reading -------------------------------------------------------------------------------------------------------

struct score_request
{
    bool from_the_top = false;
    api::conditions conditions;

    static result<score_request> read(const http::request& from);
};

result<score_request> score_request::read(const http::request& from)
{
    static constexpr std::array<known_option, 1> known = {{{"rev", option_kind::flag}}};
    const auto options = query::read(from.query, known);
    if (!options)
        return options.error();
    auto asked = api::conditions::of(from);
    if (!asked)
        return asked.error();
    return score_request{options->has("rev"), std::move(*asked)};
}

// A score and its rank are of one moment: MULTI, ZSCORE, ZRANK, EXEC.
task look_up(keys_call of, key_name key, std::string member, score_request wish)
{
    redis::batch commands;
    const std::string_view rank = wish.from_the_top ? "ZREVRANK" : "ZRANK";
    commands.add("MULTI").add("ZSCORE", key.view(), member).add(rank, key.view(), member).add("EXEC");
    const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(commands));
    if (!got_transaction(of, got, 2))
        co_return;
    if ((*got)[0].is_nil())
        co_return fail_no_element(of, kind::zset);
    if (!weigh_untagged(of, wish.conditions))
        co_return;
    buffer& to = begin_score(of, 200, key, member, (*got)[0].text());
    to.append(",\"rank\":");
    to.append_number((*got)[1].integer());
    to.append('}');
    of.exchange.response().finish();
}

// ---- writing -------------------------------------------------------------------------------------------------------

result<std::string> read_document(std::string_view body)
{
    static constexpr std::array<known_option, 1> known = {{{"score", option_kind::value}}};
    auto object = read_json_object(body);
    if (!object)
        return object.error();
    if (const auto fine = check_members(*object, known); !fine)
        return fine.error();
    const json_value* const member = find_member(*object, "score");
    if (!member)
        return error(errc::bad_request, "the document is such as {\"score\":1.5}");
    auto score = read_score(*member);
    if (!score)
        return not_a_score();
    return std::move(*score);
}

void render_set(const call& of, const key_name& key, std::string_view member, std::string_view score, bool created)
{
    buffer& to = begin_score(of, created ? 201 : 200, key, member, score);
    to.append(created ? ",\"created\":true}" : ",\"created\":false}");
    of.exchange.response().finish();
}

// ZADD answers how many are new; with NX, it has done nothing to one that is not.
task set(keys_call of, key_name key, std::string member, std::string score, bool only_new)
{
    redis::batch command;
    if (only_new)
        command.add("ZADD", key.view(), "NX", score, member);
    else
        command.add("ZADD", key.view(), score, member);
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (!got_integer(of, got))
        co_return;
    if (only_new && got->integer() == 0)
        fail_precondition(of);
    else
        render_set(of, key, member, score, got->integer() == 1);
}

std::optional<double> number_of(std::string_view text)
{
    double number = 0;
    const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || stop != text.data() + text.size())
        return std::nullopt;
    return number;
}

// Whether Redis has it as it was sent, whatever digits it writes: 8 for 8.0, and 0 for -0.
bool is_score(std::string_view answered, std::string_view sent)
{
    const auto one = number_of(answered);
    const auto other = number_of(sent);
    return one && other && *one == *other;
}

// MULTI, ZSCORE, ZADD, ZSCORE, EXEC: what ZADD itself answers does not tell a score that it left alone from one that was
// the same before.
task set_if(keys_call of, key_name key, std::string member, std::string score, redis::batch commands)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(commands));
    if (!got_transaction(of, got, 3))
        co_return;
    const bool was_there = !(*got)[0].is_nil();
    if ((*got)[2].is_nil() || !is_score((*got)[2].text(), score))
        fail_precondition(of);
    else
        render_set(of, key, member, score, !was_there);
}

redis::batch zadd_between(
    const key_name& key, std::string_view member, std::string_view score, const score_options& when
)
{
    const std::vector<std::string_view> words = when.words();
    redis::batch commands;
    commands.add("MULTI").add("ZSCORE", key.view(), member);
    commands.begin(4 + words.size()).argument("ZADD").argument(key.view());
    for (const std::string_view word : words)
        commands.argument(word);
    commands.argument(score).argument(member);
    commands.add("ZSCORE", key.view(), member).add("EXEC");
    return commands;
}

task increment(keys_call of, key_name key, std::string member, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (failed_to_add(of, got))
        co_return;
    if (!got->is_string())
        co_return fail_unexpected(of);
    begin_score(of, 200, key, member, got->text()).append('}');
    of.exchange.response().finish();
}

task remove(keys_call of, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    render_removed(of, kind::zset, got);
}

}   // namespace

task get_score(const keys_call& of, key_name&& key, std::string&& member)
{
    auto wish = score_request::read(of.exchange.request());
    if (!wish)
        return refuse(of, wish.error());
    if (!may_transact(of))
        return {};
    return look_up(of, std::move(key), std::move(member), std::move(*wish));
}

task put_score(const keys_call& of, key_name&& key, std::string&& member)
{
    const http::request& request = of.exchange.request();
    const auto when = score_options::read(request.query);
    if (!when)
        return refuse(of, when.error());
    const auto only_new = asks_for_new(request);
    if (!only_new)
        return refuse(of, only_new.error());
    if (*only_new && !when->none() && !when->nx)
        return refuse(of, {errc::bad_request, "If-None-Match: * does not go with xx, gt and lt"});
    auto score = read_document(request.body);
    if (!score)
        return refuse(of, score.error());
    if (when->none() || when->nx)
        return set(of, std::move(key), std::move(member), std::move(*score), *only_new || when->nx);
    if (!may_transact(of))
        return {};
    auto commands = zadd_between(key, member, *score, *when);
    return set_if(of, std::move(key), std::move(member), std::move(*score), std::move(commands));
}

task delete_score(const keys_call& of, key_name&& key, std::string&& member)
{
    if (const auto fine = refuse_conditions(of.exchange.request()); !fine)
        return refuse(of, fine.error());
    if (const auto options = query::read(of.exchange.request().query, {}); !options)
        return refuse(of, options.error());
    return remove(of, redis::batch::of("ZREM", key.view(), member));
}

task increment_score(const keys_call& of, key_name&& key, std::string&& member)
{
    const auto by = addend::read(of.exchange.request());
    if (!by)
        return refuse(of, by.error());
    auto command = redis::batch::of("ZINCRBY", key.view(), by->text, member);
    return increment(of, std::move(key), std::move(member), std::move(command));
}

}   // namespace rediserve::api::keys
