// GET of what is inside a hash: all fields, some, or a page.
#include "api/ask.hpp"
#include "api/json_writer.hpp"
#include "api/keys/answer.hpp"
#include "api/keys/get.hpp"
#include "api/keys/inside/listing.hpp"
#include "api/keys/outcome.hpp"

#include <array>
#include <unordered_set>
#include <utility>
#include <vector>

namespace rediserve::api::keys {

namespace {

constexpr std::array<known_option, 5> known = {{
    {"field", option_kind::repeated},
    {"cursor", option_kind::value},
    {"count", option_kind::value},
    {"match", option_kind::value},
    {"include", option_kind::value},
}};

void render_named(
    const call& of, const key_name& key, const std::vector<std::string>& names, const parts_found& found,
    const listing& wish
)
{
    if (!weigh_untagged(of, wish.conditions))
        return;
    http::response& answer = of.exchange.response();
    answer.begin(200);
    buffer& to = answer.content("application/json", 1000);
    to.append('{');
    append_key_member(to, key.view());
    to.append(",\"fields\":");
    append_named(to, names, *found.parts);
    if (wish.with_size) {
        to.append(",\"size\":");
        to.append_number(found.size);
    }
    to.append('}');
    answer.finish();
}

task read_named(keys_call of, key_name key, std::vector<std::string> names, listing wish)
{
    commands::script_request request = read_parts(key.view(), wish.read, of.settings.collection_items);
    const commands::reply_or_error got = co_await ask(of, effect::reads, request);
    const auto found = got_parts(of, key.view(), kind::hash, got);
    if (!found)
        co_return;
    if (found->parts->size() == names.size())
        render_named(of, key, names, *found, wish);
    else
        fail_unexpected(of);
}

task get_named(const keys_call& of, key_name&& key, const query& options, listing&& wish)
{
    constexpr std::size_t most_named = 1000;   // Lua's stack has an end
    const std::vector<std::string_view> all = options.all("field");
    if (all.size() > most_named)
        return refuse(of, {errc::bad_request, "no more than 1000 fields can be named at once"});
    if (asks_for_scan(options))
        return refuse(of, {errc::bad_request, "the option \"field\" does not go with pages"});
    std::vector<std::string> names;
    std::unordered_set<std::string_view> seen;
    for (const std::string_view name : all)
        if (seen.insert(name).second)   // a name may stand in a JSON object only once
            names.emplace_back(name);
    wish.read.reach = reach::own;
    wish.read.command = {"HMGET"};
    wish.read.command.insert(wish.read.command.end(), names.begin(), names.end());
    return read_named(of, std::move(key), std::move(names), std::move(wish));
}

}   // namespace

task get_fields(const keys_call& of, key_name&& key)
{
    const auto options = query::read(of.exchange.request().query, known);
    if (!options)
        return refuse(of, options.error());
    auto wish = read_listing(of.exchange.request(), *options, kind::hash);
    if (!wish)
        return refuse(of, wish.error());
    if (options->has("field"))
        return get_named(of, std::move(key), *options, std::move(*wish));
    wish->read.command = {"HGETALL"};
    if (asks_for_scan(*options))
        if (const auto fine = read_scan(*options, "HSCAN", of.settings.scan_count, *wish); !fine)
            return refuse(of, fine.error());
    return list_parts(of, std::move(key), std::move(*wish));
}

}   // namespace rediserve::api::keys
