// What is inside a hash: changing several fields, and one of them.
#include "api/ask.hpp"
#include "api/json_writer.hpp"
#include "api/keys/addend.hpp"
#include "api/keys/envelope_value.hpp"
#include "api/keys/inside/document.hpp"
#include "api/keys/inside/element.hpp"
#include "api/keys/inside/outcome.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/query.hpp"

#include <array>
#include <utility>
#include <vector>

namespace rediserve::api::keys {

namespace {

// ---- changing some -------------------------------------------------------------------------------------------------

struct field_changes
{
    std::vector<std::string> set;   // names and values in turn
    std::vector<std::string> deleted;
};

// Only strings are taken: a number would be stored as some text, and its digits might not be those that were sent.
result<field_changes> read_changes(std::string_view text, encoding as)
{
    auto document = read_json_object(text);
    if (!document)
        return document.error();
    if (document->empty())
        return error(errc::bad_request, "the document names no field");
    if (const auto fine = check_names(*document); !fine)
        return fine.error();
    if (const auto fine = check_arguments(2 * document->size()); !fine)
        return fine.error();
    field_changes changes;
    for (json_member& member : *document) {
        auto name = take_string(member.name, as);
        if (!name)
            return name.error();
        if (member.value.is_null()) {
            changes.deleted.push_back(std::move(*name));
            continue;
        }
        auto value = take_string(
            member.value, as, "the value of a field is a JSON string, or null to delete it; numbers go in quotes"
        );
        if (!value)
            return value.error();
        changes.set.push_back(std::move(*name));
        changes.set.push_back(std::move(*value));
    }
    return changes;
}

void render_changed(const call& of, const key_name& key, std::size_t set, std::int64_t deleted)
{
    render_counts(of, key, {"set", static_cast<std::int64_t>(set)}, {"deleted", deleted});
}

// One command, HSET or HDEL.
task change_one_way(keys_call of, key_name key, std::size_t set, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (got_integer(of, got))
        render_changed(of, key, set, set > 0 ? 0 : got->integer());
}

// MULTI, HSET, HDEL, EXEC.
task change_both_ways(keys_call of, key_name key, std::size_t set, redis::batch commands)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(commands));
    if (got_transaction(of, got, 2))
        render_changed(of, key, set, (*got)[1].integer());
}

task change_fields(const keys_call& of, key_name&& key, const field_changes& changes)
{
    const std::size_t set = changes.set.size() / 2;
    const bool both = set > 0 && !changes.deleted.empty();
    if (both && !may_transact(of))
        return {};
    redis::batch commands;
    if (both)
        commands.add("MULTI");
    if (set > 0)
        add_command(commands, "HSET", key, changes.set);
    if (!changes.deleted.empty())
        add_command(commands, "HDEL", key, changes.deleted);
    if (!both)
        return change_one_way(of, std::move(key), set, std::move(commands));
    commands.add("EXEC");
    return change_both_ways(of, std::move(key), set, std::move(commands));
}

// ---- counting in one -----------------------------------------------------------------------------------------------

void render_sum(const call& of, const key_name& key, std::string_view field, std::string_view sum)
{
    const encoding as = encoding_of(field);
    http::response& answer = of.exchange.response();
    answer.begin(200);
    buffer& to = answer.content("application/json", key.view().size() + field.size() + sum.size() + 40);
    to.append('{');
    append_key_member(to, key.view());
    to.append(",\"field\":");
    append_string(to, field, as);
    if (as == encoding::base64)
        to.append(base64_marker);
    to.append(",\"value\":");
    to.append(sum);
    to.append('}');
    answer.finish();
}

task increment(keys_call of, key_name key, std::string field, redis::batch command)
{
    const commands::reply_or_error got = co_await ask(of, effect::writes, std::move(command));
    if (failed_to_add(of, got))
        co_return;
    const std::string sum = sum_of(*got);
    if (sum.empty())
        fail_unexpected(of);
    else
        render_sum(of, key, field, sum);
}

}   // namespace

task patch_fields(const keys_call& of, key_name&& key)
{
    static constexpr std::array<known_option, 1> known_of_patch = {{{"encoding", option_kind::value}}};
    const auto options = query::read(of.exchange.request().query, known_of_patch);
    if (!options)
        return refuse(of, options.error());
    const auto named = options->find("encoding");
    if (named && *named != "base64")
        return refuse(of, {errc::bad_request, "the option \"encoding\" takes base64"});
    const encoding as = named ? encoding::base64 : encoding::text;
    const auto changes = read_changes(of.exchange.request().body, as);
    if (!changes)
        return refuse(of, changes.error());
    return change_fields(of, std::move(key), *changes);
}

task get_field(const keys_call& of, key_name&& key, std::string&& field)
{
    auto wish = read_request::read_element(of.exchange.request());
    if (!wish)
        return refuse(of, wish.error());
    return read_element(of, element{kind::hash, std::move(key), std::move(field)}, std::move(*wish));
}

task put_field(const keys_call& of, key_name&& key, std::string&& field)
{
    const auto by = read_guard(of.exchange.request(), existence_options::nx_xx);
    if (!by)
        return refuse(of, by.error());
    element at{kind::hash, std::move(key), std::move(field)};
    return write_element(of, std::move(at), *by, of.exchange.take_body());
}

task delete_field(const keys_call& of, key_name&& key, std::string&& field)
{
    const auto by = read_guard(of.exchange.request(), existence_options::none);
    if (!by)
        return refuse(of, by.error());
    return erase_field(of, element{kind::hash, std::move(key), std::move(field)}, *by);
}

task increment_field(const keys_call& of, key_name&& key, std::string&& field)
{
    const auto by = addend::read(of.exchange.request());
    if (!by)
        return refuse(of, by.error());
    auto command = redis::batch::of(by->whole ? "HINCRBY" : "HINCRBYFLOAT", key.view(), field, by->text);
    return increment(of, std::move(key), std::move(field), std::move(command));
}

}   // namespace rediserve::api::keys
