// Commands in MessagePack and CBOR, against nlohmann's reader: what we take it does too, and the words are the same.
#include "api/upstash/packed_commands.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using namespace rediserve::api::upstash;
using nlohmann::json;

namespace {

constexpr std::size_t most_commands = 64;
constexpr std::size_t largest_compared = 2000;   // bytes: nlohmann recurses

void check(bool holds)
{
    if (!holds)
        __builtin_trap();
}

json document_of(std::string_view input, notation in)
{
    if (in == notation::msgpack)
        return json::from_msgpack(input, true, false);
    return json::from_cbor(input, true, false, json::cbor_tag_handler_t::ignore);
}

void check_word(std::string_view word, const json& argument)
{
    if (argument.is_string())
        check(word == argument.get_ref<const std::string&>());
    else if (argument.is_binary())
        check(
            word
            == std::string_view(
                reinterpret_cast<const char*>(argument.get_binary().data()), argument.get_binary().size()
            )
        );
    else if (argument.is_boolean() || argument.is_number_unsigned())
        check(word == argument.dump());
    else
        check(!word.empty() && argument.is_number());
}

void check_command(const command_list& list, std::size_t index, const json& command)
{
    if (!list.refused(index).empty())
        return;
    const auto words = list.words(index);
    check(!words.empty() && words.size() == command.size());
    for (std::size_t i = 0; i < words.size(); ++i)
        check_word(words[i], command[i]);
}

bool any_refused(const command_list& list)
{
    for (std::size_t i = 0; i < list.size(); ++i)
        if (!list.refused(i).empty())
            return true;
    return false;
}

void read(std::string_view input, notation in, form shape)
{
    command_list list;
    const auto refused = read_packed_commands(input, in, shape, most_commands, list);
    check(list.size() <= most_commands && (!refused || !refused->empty()));
    if (refused || input.size() > largest_compared)
        return;
    const json document = document_of(input, in);
    if (document.is_discarded())   // for a tag that it does not know, and we refuse
        return check(any_refused(list));
    check(document.is_array());
    if (shape == form::single)
        return check_command(list, 0, document);
    check(list.size() == document.size());
    for (std::size_t i = 0; i < list.size(); ++i)
        check_command(list, i, document[i]);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    for (const notation in : {notation::msgpack, notation::cbor})
        for (const form shape : {form::single, form::many})
            read(input, in, shape);
    return 0;
}
