#include "api/upstash/translations.hpp"

#include "api/text.hpp"
#include "rediserve/base/bytes.hpp"
#include "rediserve/base/digest.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

namespace rediserve::api::upstash {

namespace {

using words_view = std::span<std::string_view>;

constexpr std::size_t most_scripts = 4096;
constexpr std::string_view shebang = "#!lua flags=";
constexpr std::string_view foreign_flag = "allow-key-locking";

std::string digest_of(std::string_view script)
{
    const sha1_digest digest = sha1(script);
    std::string hex(2 * digest.size(), '0');
    to_hex(digest.data(), digest.size(), hex.data());
    return hex;
}

// The script without the flag that only Upstash knows; nullopt when it has none. Lines keep their numbers.
std::optional<std::string> without_foreign_flag(std::string_view script)
{
    if (!script.starts_with(shebang))
        return {};
    const std::string_view line = script.substr(0, script.find('\n'));
    std::string_view flags = trimmed(line.substr(shebang.size()));
    std::string kept;
    bool found = false;
    while (!flags.empty()) {
        const std::string_view flag = trimmed(take_part(flags, ','));
        if (flag == foreign_flag)
            found = true;
        else
            kept.append(kept.empty() ? "" : ",").append(flag);
    }
    if (!found)
        return {};
    std::string made = kept.empty() ? "" : std::string(shebang) + kept;
    return made.append(script.substr(line.size()));
}

// ---- one function a command ----------------------------------------------------------------------------------------

// Replaces the text of a script at word `at`; yields the digest that the client will use for it.
std::optional<std::string> change_script(
    command_list& list, std::size_t index, std::size_t at, changed_scripts& scripts
)
{
    const words_view words = list.words(index);
    if (words.size() <= at)
        return {};
    const auto changed = without_foreign_flag(words[at]);
    if (!changed)
        return {};
    std::string original = digest_of(words[at]);
    scripts.add(original, digest_of(*changed));
    words[at] = list.keep(*changed);
    return original;
}

translation translate_eval(command_list& list, std::size_t index, changed_scripts& scripts)
{
    change_script(list, index, 1, scripts);
    return {};
}

void change_digest(command_list& list, std::string_view& word, const changed_scripts& scripts)
{
    if (const auto digest = scripts.find(word))
        word = list.keep(*digest);
}

translation translate_evalsha(command_list& list, std::size_t index, changed_scripts& scripts)
{
    const words_view words = list.words(index);
    if (words.size() > 1)
        change_digest(list, words[1], scripts);
    return {};
}

translation translate_script(command_list& list, std::size_t index, changed_scripts& scripts)
{
    const words_view words = list.words(index);
    if (words.size() > 1 && iequals(words[1], "EXISTS"))
        for (std::string_view& word : words.subspan(2))
            change_digest(list, word, scripts);
    if (words.size() != 3 || !iequals(words[1], "LOAD"))
        return {};
    auto original = change_script(list, index, 2, scripts);
    return original ? translation{aftermath::original_digest, std::move(*original)} : translation{};
}

// SCAN cursor [MATCH p] [COUNT n] [TYPE t] [WITHTYPE]
translation translate_scan(command_list& list, std::size_t index, changed_scripts&)
{
    const words_view words = list.words(index);
    std::vector<std::string_view> kept;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const bool option = at >= 2;
        if (option && iequals(words[at], "WITHTYPE"))
            continue;
        kept.push_back(words[at]);
        if (option && at + 1 < words.size())
            kept.push_back(words[++at]);   // its value, whatever it is
    }
    if (kept.size() == words.size())
        return {};
    list.replace(index, kept);
    return {aftermath::types_of_page, {}};
}

translation translate_copy(command_list& list, std::size_t index, changed_scripts&)
{
    const words_view words = list.words(index);
    const bool same = words.size() > 2 && words[1] == words[2];
    return {same ? aftermath::same_key_is_zero : aftermath::none, {}};
}

struct translator
{
    std::string_view name;
    translation (*apply)(command_list& list, std::size_t index, changed_scripts& scripts);
};

constexpr std::array<translator, 7> translators = {{
    {"EVAL", translate_eval},
    {"EVAL_RO", translate_eval},
    {"EVALSHA", translate_evalsha},
    {"EVALSHA_RO", translate_evalsha},
    {"SCRIPT", translate_script},
    {"SCAN", translate_scan},
    {"COPY", translate_copy},
}};

}   // namespace

void changed_scripts::add(std::string original, std::string digest)
{
    const std::unique_lock lock(guard_);
    if (!digests_.emplace(original, std::move(digest)).second)
        return;
    by_age_.push_back(std::move(original));
    if (by_age_.size() <= most_scripts)
        return;
    digests_.erase(by_age_.front());
    by_age_.pop_front();
}

std::optional<std::string> changed_scripts::find(std::string_view original) const
{
    if (original.size() != 2 * sha1_digest().size())
        return {};
    std::string wanted(original);
    std::ranges::transform(wanted, wanted.begin(), to_lower);
    const std::shared_lock lock(guard_);
    const auto found = digests_.find(wanted);
    return found == digests_.end() ? std::nullopt : std::optional(found->second);
}

translation translate(command_list& list, std::size_t index, changed_scripts& scripts)
{
    const std::string_view name = list.words(index).front();
    constexpr std::string_view initials = "ECSecs";   // of the names below: most commands need no further look
    if (initials.find(name.substr(0, 1)) == std::string_view::npos)
        return {};
    const auto of = [&](const translator& one) { return iequals(one.name, name); };
    const auto found = std::ranges::find_if(translators, of);
    return found == translators.end() ? translation() : found->apply(list, index, scripts);
}

void trim_exactly(std::span<std::string_view> words)
{
    if (!iequals(words.front(), "XADD") && !iequals(words.front(), "XTRIM"))
        return;
    std::string_view* about = nullptr;
    // The options of both stand behind the key, in any order; what is none of them is the id of an entry.
    for (std::size_t at = 2; at + 1 < words.size(); ++at) {
        if (iequals(words[at], "LIMIT"))
            return;
        if (iequals(words[at], "NOMKSTREAM"))
            continue;
        if (!iequals(words[at], "MAXLEN") && !iequals(words[at], "MINID"))
            break;
        if (words[++at] == "~")
            about = &words[at];
        if (words[at] == "~" || words[at] == "=")
            ++at;
    }
    if (about)
        *about = "=";
}

}   // namespace rediserve::api::upstash
