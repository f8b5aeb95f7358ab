// Commands in JSON, against nlohmann's parser: what one takes for JSON the other does too, and the words are the same.
#include "api/upstash/json_commands.hpp"
#include "api/upstash/json_scan.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

using namespace rediserve::api::upstash;
using nlohmann::json;

namespace {

constexpr std::size_t most_commands = 64;

void check(bool holds)
{
    if (!holds)
        __builtin_trap();
}

enum class verdict { json, no_json, unknown };

// nlohmann's view of `input`. It takes a NUL for the end and steps over a byte order mark, and it gives up at numbers
// beyond double and at halves of surrogate pairs, which we let pass.
verdict judge(std::string_view input, json& document)
{
    if (input.find('\0') != std::string_view::npos || input.starts_with("\xEF\xBB\xBF"))
        return verdict::unknown;
    try {
        document = json::parse(input);
        return verdict::json;
    } catch (const json::out_of_range&) {
        return verdict::unknown;
    } catch (const json::parse_error& why) {
        return std::string_view(why.what()).find("surrogate") == std::string_view::npos ? verdict::no_json
                                                                                        : verdict::unknown;
    }
}

bool is_ours(const json& argument)
{
    return argument.is_object() && argument.size() == 1 && argument.contains("$b64");
}

void check_word(std::string_view word, const json& argument)
{
    if (argument.is_string())
        check(word == argument.get_ref<const std::string&>());
    else
        check(json::parse(word) == argument);
}

void check_command(const command_list& list, std::size_t index, const json& command)
{
    bool sendable = !command.empty();
    for (const json& argument : command) {
        if (is_ours(argument))
            return;   // bytes, or a refusal: nlohmann drops a second member of the same name, so it cannot tell
        sendable = sendable && argument.is_primitive() && !argument.is_null();
    }
    check(list.refused(index).empty() == sendable);
    if (!sendable)
        return;
    const auto words = list.words(index);
    check(words.size() == command.size());
    for (std::size_t i = 0; i < words.size(); ++i)
        check_word(words[i], command[i]);
}

bool is_syntax_error(std::string_view refusal, form shape)
{
    return refusal == (shape == form::single ? "ERR failed to parse command" : "ERR failed to parse pipeline request")
        || refusal == "EOF" || refusal.ends_with("the body is not UTF-8");
}

bool is_array_of_arrays(const json& document)
{
    for (const json& element : document)
        if (!element.is_array())
            return false;
    return document.is_array() && !document.empty();
}

void check_single(std::string_view input, verdict judged, const json& document)
{
    command_list list;
    const auto refused = read_json_commands(input, form::single, most_commands, list);
    check(!refused || !refused->empty());
    check(refused || (list.size() == 1 && list.refused(0).empty() && !list.words(0).empty()));
    if (judged == verdict::no_json)
        check(refused.has_value());
    if (judged == verdict::json && refused)
        check(!is_syntax_error(*refused, form::single));
    if (judged == verdict::json && list.size() == 1 && (!refused || *refused == list.refused(0)))
        check_command(list, 0, document);
}

void check_many(std::string_view input, verdict judged, const json& document)
{
    command_list list;
    const auto refused = read_json_commands(input, form::many, most_commands, list);
    check(list.size() <= most_commands && (refused || !list.empty()));
    if (judged == verdict::no_json)
        check(refused.has_value());
    if (judged != verdict::json)
        return;
    if (refused)
        check(!is_syntax_error(*refused, form::many));
    const bool whole = is_array_of_arrays(document) && document.size() <= most_commands;
    check(whole || refused);
    if (refused) {
        check(!whole || refused->ends_with("nested too deep"));
        return;
    }
    check(list.size() == document.size());
    for (std::size_t i = 0; i < list.size(); ++i)
        check_command(list, i, document[i]);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    json document;
    const verdict judged = judge(input, document);
    if (judged == verdict::no_json)
        check(!is_json(input));
    check_single(input, judged, document);
    check_many(input, judged, document);
    return 0;
}
