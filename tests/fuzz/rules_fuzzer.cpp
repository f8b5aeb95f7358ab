// Rules, commands and what a server says about its commands: whatever they are, there is a decision, and it holds together.
#include "rediserve/access/rules.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

using namespace rediserve;
using access::refusal;
using access::rules;

namespace {

void check(bool holds)
{
    if (!holds)
        __builtin_trap();
}

std::string_view cut(std::string_view& text, char by)
{
    const std::string_view part = text.substr(0, text.find(by));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

std::vector<std::string_view> split(std::string_view line)
{
    std::vector<std::string_view> words;
    while (!line.empty())
        words.push_back(cut(line, ' '));
    return words;
}

// From a reply of COMMAND in RESP.
std::shared_ptr<const commands::command_table> read_table(std::string_view resp)
{
    const std::unique_ptr<redisReader, void (*)(redisReader*)> reader(redisReaderCreate(), redisReaderFree);
    reader->maxelements = 1024;   // or a few bytes would ask for gigabytes
    void* reply = nullptr;
    if (redisReaderFeed(reader.get(), resp.data(), resp.size()) != REDIS_OK
        || redisReaderGetReply(reader.get(), &reply) != REDIS_OK || !reply)
        return nullptr;
    auto table = commands::command_table::parse(redis::reply_view(static_cast<const redisReply*>(reply)));
    freeReplyObject(reply);
    return table;
}

bool is_within(std::string_view part, std::string_view whole)
{
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_channel(const rules& by, std::string_view name)
{
    for (const bool is_pattern : {false, true}) {
        const auto made = by.decide_channel(name, is_pattern);
        check(made.refusal == (made.rule.empty() ? refusal::channel : refusal::none));
        check(is_within(made.rule, by.text()));
    }
}

void check_decision(
    const rules& by, const commands::command_table& table, const std::vector<std::string_view>& words,
    std::string_view line
)
{
    static const rules everything = *rules::parse("+@all +@dangerous ~* &*");
    const auto made = by.decide(table, words);
    check(is_within(made.rule, by.text()) && is_within(made.object, line));
    const auto widest = everything.decide(table, words);
    if (made)
        check(static_cast<bool>(widest));
    // Nothing but its name can be the reason there.
    check(widest.refusal == refusal::none || widest.refusal == refusal::command);
}

}   // namespace

// A line of rules, a line of words, and the reply of COMMAND.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto by = rules::parse(cut(input, '\n'));
    const std::string_view line = cut(input, '\n');
    const auto words = split(line);
    const auto table = read_table(input);
    if (!by || words.empty())
        return 0;
    check(rules::parse(by->text()).has_value());
    check(!by->all_keys() || by->sees(words.back()));
    check_channel(*by, words.back());
    check_decision(*by, *commands::command_table::built_in(), words, line);
    if (table)
        check_decision(*by, *table, words, line);
    return 0;
}
