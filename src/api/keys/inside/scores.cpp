// What is inside a sorted set: reading many members, and adding many.
#include "api/ask.hpp"
#include "api/json_writer.hpp"
#include "api/keys/envelope_value.hpp"
#include "api/keys/inside/document.hpp"
#include "api/keys/inside/listing.hpp"
#include "api/keys/inside/outcome.hpp"
#include "api/keys/inside/score_options.hpp"
#include "api/keys/members.hpp"
#include "api/keys/outcome.hpp"

#include <array>
#include <utility>
#include <vector>

namespace rediserve::api::keys {

namespace {

constexpr std::array<known_option, 11> known = {{
    {"start", option_kind::value},
    {"stop", option_kind::value},
    {"rev", option_kind::flag},
    {"by", option_kind::value},
    {"min", option_kind::value},
    {"max", option_kind::value},
    {"offset", option_kind::value},
    {"count", option_kind::value},
    {"cursor", option_kind::value},
    {"match", option_kind::value},
    {"include", option_kind::value},
}};

// ---- reading -------------------------------------------------------------------------------------------------------

// Those of `names` that are among the options, as a refusal.
result<void> refuse_options(const query& options, std::initializer_list<std::string_view> names, std::string_view why)
{
    for (const std::string_view name : names)
        if (options.has(name))
            return error(errc::bad_request, "the option \"" + std::string(name) + "\" " + std::string(why));
    return {};
}

result<void> read_by_rank(const query& options, listing& to)
{
    if (const auto fine = read_ranks(options, "ZRANGE", to); !fine)
        return fine.error();
    if (options.has("rev"))
        to.read.command.emplace_back("REV");
    to.read.command.emplace_back("WITHSCORES");
    return {};
}

// With REV, Redis wants the higher bound first.
result<void> read_by_score(const query& options, std::size_t most, listing& to)
{
    auto least = read_bound(options, "min", "-inf");
    if (!least)
        return least.error();
    auto greatest = read_bound(options, "max", "inf");
    if (!greatest)
        return greatest.error();
    const auto offset = read_number(options, "offset", 0, std::int64_t{1} << 53);
    if (!offset)
        return offset.error();
    const auto count = read_number(options, "count", 1, largest_page);
    if (!count)
        return count.error();
    if (options.has("rev"))
        std::swap(*least, *greatest);
    to.read.reach = reach::own;
    to.read.command = {"ZRANGE", std::move(*least), std::move(*greatest), "BYSCORE"};
    if (options.has("rev"))
        to.read.command.emplace_back("REV");
    if (!*count)
        to.most = most;
    const std::int64_t limit = *count ? **count : static_cast<std::int64_t>(most) + 1;   // one more would be too many
    to.read.command.insert(
        to.read.command.end(), {"LIMIT", std::to_string(offset->value_or(0)), std::to_string(limit), "WITHSCORES"}
    );
    return {};
}

result<void> read_range(const query& options, const params& settings, listing& to)
{
    if (const auto by = options.find("by")) {
        if (*by != "score")
            return error(errc::bad_request, "the option \"by\" takes score; without it, ranks are meant");
        if (const auto fine =
                refuse_options(options, {"start", "stop", "cursor", "match"}, "does not go with by=score");
            !fine)
            return fine.error();
        return read_by_score(options, settings.collection_items, to);
    }
    if (const auto fine = refuse_options(options, {"min", "max", "offset"}, "goes with by=score only"); !fine)
        return fine.error();
    if (!asks_for_scan(options))
        return read_by_rank(options, to);
    if (const auto fine = refuse_options(options, {"start", "stop", "rev"}, "does not go with a cursor or a count");
        !fine)
        return fine.error();
    return read_scan(options, "ZSCAN", settings.scan_count, to);
}

// ---- adding --------------------------------------------------------------------------------------------------------

// Scores and members in turn, as ZADD takes them.
result<std::vector<std::string>> read_scores(std::string_view body)
{
    static constexpr std::array<known_option, 2> members = {
        {{"scores", option_kind::value}, {"encoding", option_kind::value}}};
    auto from = document::read(body, members);
    if (!from)
        return from.error();
    json_value* const member = find_member(from->members, "scores");
    auto* const scores = member ? member->as<json_object>() : nullptr;
    if (!scores || scores->empty())
        return error(errc::bad_request, "\"scores\" is an object such as {\"m\":1.5}, and not empty");
    if (const auto fine = check_names(*scores); !fine)
        return fine.error();
    if (const auto fine = check_arguments(2 * scores->size()); !fine)
        return fine.error();
    std::vector<std::string> pairs;
    for (json_member& one : *scores) {
        auto score = read_score(one.value);
        if (!score)
            return not_a_score();
        auto name = take_string(one.name, from->as);
        if (!name)
            return name.error();
        pairs.push_back(std::move(*score));
        pairs.push_back(std::move(*name));
    }
    return pairs;
}

// MULTI, ZCARD, ZADD … CH, ZCARD, EXEC: how many are new is how many there are more.
task add(keys_call of, key_name key, redis::batch commands)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(commands));
    if (!got_transaction(of, got, 3))
        co_return;
    const std::int64_t added = (*got)[2].integer() - (*got)[0].integer();
    render_counts(of, key, {"added", added}, {"updated", (*got)[1].integer() - added});
}

}   // namespace

task get_scores(const keys_call& of, key_name&& key)
{
    const auto options = query::read(of.exchange.request().query, known);
    if (!options)
        return refuse(of, options.error());
    auto wish = read_listing(of.exchange.request(), *options, kind::zset);
    if (!wish)
        return refuse(of, wish.error());
    if (const auto fine = read_range(*options, of.settings, *wish); !fine)
        return refuse(of, fine.error());
    return list_parts(of, std::move(key), std::move(*wish));
}

task add_scores(const keys_call& of, key_name&& key)
{
    const auto when = score_options::read(of.exchange.request().query);
    if (!when)
        return refuse(of, when.error());
    const auto scores = read_scores(of.exchange.request().body);
    if (!scores)
        return refuse(of, scores.error());
    if (!may_transact(of))
        return {};
    const std::vector<std::string_view> words = when->words();
    redis::batch commands;
    commands.add("MULTI").add("ZCARD", key.view());
    commands.begin(3 + words.size() + scores->size()).argument("ZADD").argument(key.view());
    for (const std::string_view word : words)
        commands.argument(word);
    commands.argument("CH");
    for (const std::string& one : *scores)
        commands.argument(one);
    commands.add("ZCARD", key.view()).add("EXEC");
    return add(of, std::move(key), std::move(commands));
}

}   // namespace rediserve::api::keys
