// GET, PUT and DELETE of several keys that are named.
#include "api/ask.hpp"
#include "api/json_reader.hpp"
#include "api/json_writer.hpp"
#include "api/keys/answer.hpp"
#include "api/keys/envelope.hpp"
#include "api/keys/list.hpp"
#include "api/keys/outcome.hpp"

#include <array>
#include <unordered_set>
#include <utility>

namespace rediserve::api::keys {

namespace {

constexpr std::array<known_option, 1> known = {{{"key", option_kind::repeated}}};

redis::batch command_on(std::string_view command, const std::vector<std::string>& names)
{
    redis::batch made;
    made.begin(1 + names.size()).argument(command);
    for (const std::string& name : names)
        made.argument(name);
    return made;
}

// ---- reading -------------------------------------------------------------------------------------------------------

void append_values(buffer& to, const std::vector<std::string>& names, const redis::reply_view& values)
{
    to.append("{\"values\":");
    append_named(to, names, values);
    to.append('}');
}

// ---- writing -------------------------------------------------------------------------------------------------------

// `{"<member>":<number>}`
void render_count(const call& of, std::string_view member, std::size_t number)
{
    http::response& answer = of.exchange.response();
    answer.begin(200);
    buffer& to = answer.content("application/json", 14);
    to.append("{\"");
    to.append(member);
    to.append("\":");
    to.append_number(static_cast<long long>(number));
    to.append('}');
    answer.finish();
}

// Only strings are taken: a number would be stored as some text, and its digits might not be those that were sent.
// Of two members of one name there is no telling which is meant.
result<void> check_document(const json_object& from, std::size_t longest_key)
{
    if (2 * from.size() > most_arguments)
        return error(errc::body_too_large, "the document has too many members to be stored at once");
    std::unordered_set<std::string_view> seen;
    for (const auto& [key, value] : from) {
        if (const auto fine = key_name::check(key, longest_key); !fine)
            return fine.error();
        if (!value.as<std::string>())
            return error(errc::bad_request, "every value must be a JSON string; numbers go in quotes");
        if (!seen.insert(key).second)
            return error(errc::bad_request, "a key stands twice in the document");
    }
    return {};
}

redis::batch mset(const json_object& from)
{
    redis::batch command;
    command.begin(1 + 2 * from.size()).argument("MSET");
    for (const auto& [key, value] : from)
        command.argument(key).argument(*value.as<std::string>());
    return command;
}

task store_all(keys_call of, std::size_t count, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (!failed(of, got))
        render_count(of, "stored", count);
}

task unlink_all(keys_call of, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (got_integer(of, got))
        render_count(of, "deleted", static_cast<std::size_t>(got->integer()));
}

}   // namespace

task read_values(keys_call of, std::vector<std::string> names)
{
    redis::batch command = command_on("MGET", names);
    const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(command));
    if (!got_array(of, got, names.size()))
        co_return;
    http::response& answer = of.exchange.response();
    answer.begin(200);
    append_values(answer.content("application/json", 1000), names, *got);
    answer.finish();
}

task put_keys(const keys_call& of)
{
    if (const auto options = query::read(of.exchange.request().query, {}); !options)
        return refuse(of, options.error());
    const auto document = read_json_object(of.exchange.request().body);
    if (!document)
        return refuse(of, document.error());
    if (const auto fine = check_document(*document, of.settings.key_bytes); !fine)
        return refuse(of, fine.error());
    if (!document->empty())
        return store_all(of, document->size(), mset(*document));
    render_count(of, "stored", 0);
    return {};
}

task delete_keys(const keys_call& of)
{
    const auto options = query::read(of.exchange.request().query, known);
    if (!options)
        return refuse(of, options.error());
    const auto names = named_keys(*options, of.settings.key_bytes);
    if (!names)
        return refuse(of, names.error());
    if (names->empty())
        return refuse(of, {errc::bad_request, "name the keys to delete: ?key=a&key=b"});
    return unlink_all(of, command_on("UNLINK", *names));
}

result<std::vector<std::string>> named_keys(const query& from, std::size_t longest_key)
{
    const std::vector<std::string_view> all = from.all("key");
    if (all.size() > most_arguments)
        return error(errc::uri_too_long, "too many keys are named at once");
    if (!all.empty() && all.size() != from.size())
        return error(errc::bad_request, "the option \"key\" goes with no other");
    std::vector<std::string> names;
    std::unordered_set<std::string_view> seen;
    for (const std::string_view key : all) {
        if (const auto fine = key_name::check(key, longest_key); !fine)
            return fine.error();
        if (seen.insert(key).second)   // a name may stand in a JSON object only once
            names.emplace_back(key);
    }
    return names;
}

}   // namespace rediserve::api::keys
