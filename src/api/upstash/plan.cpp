#include "api/upstash/plan.hpp"

#include "api/upstash/blocking.hpp"
#include "api/upstash/policy.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

namespace rediserve::api::upstash {

namespace {

enum class purpose : bool { each_alone, transaction };

class planner
{
public:
    planner(command_list& from, const call& of, changed_scripts& scripts, purpose what)
        : from_(from), of_(of), scripts_(scripts), what_(what)
    {
        made_.count = from.size();
    }

    plan make()
    {
        if (what_ == purpose::transaction)
            made_.commands.add("MULTI");
        for (std::size_t index = 0; index < from_.size(); ++index)
            consider(index);
        if (what_ == purpose::transaction)
            made_.commands.add("EXEC");
        else if (!made_.trips.empty() && made_.commands.size() > 0)
            end_trip({});
        return std::move(made_);
    }

private:
    void consider(std::size_t index)
    {
        if (const std::string_view why = from_.refused(index); !why.empty())
            return refuse(index, why);
        const std::span<const std::string_view> words = from_.words(index);
        const commands::command_info* const known = look_up(words);
        const verdict found = judge(words);
        if (found == verdict::refused)
            refuse(index, not_over_rest(words.front()));
        else if (found == verdict::token)
            make_token(index, words);
        else if (found == verdict::ok)
            made_.specials.push_back({.index = index, .is = special::kind::ok, .after = {}, .names = {}, .text = {}});
        else if (const access::decision may = of_.backend.judge(words); !may)
            refuse(index, not_permitted(may));
        else
            translate_and_send(index, known);
    }

    // Who may make users may log in as them: Redis is asked for the first by a command that changes nothing, in the place of
    // this one.
    void make_token(std::size_t index, std::span<const std::string_view> words)
    {
        constexpr std::array<std::string_view, 3> question = {"ACL", "SETUSER", "default"};
        if (words.size() != 4)
            return refuse(index, "ERR invalid syntax. Usage: ACL RESTTOKEN username password");
        if (what_ == purpose::transaction)
            return refuse(index, "ERR ACL RESTTOKEN is not run by Redis, so it cannot be in a transaction");
        if (const access::decision may = of_.backend.judge(question); !may)
            return refuse(index, not_permitted(may));
        redis::login user{std::string(words[2]), std::string(words[3])};
        auto sealed = of_.known.seal(of_.by, user);
        if (!sealed)
            return refuse(index, "NOPERM " + sealed.error().detail);
        made_.specials.push_back(
            {.index = index, .is = special::kind::translated, .after = aftermath::token, .names = {}, .text = {}}
        );
        made_.reads_only = false;
        made_.commands.add(question[0], question[1], question[2]);
        end_trip({});
        made_.trips.back().then = proof{std::move(user), std::move(*sealed)};
    }

    // Most often it is the command before once more.
    const commands::command_info* look_up(std::span<const std::string_view> words) noexcept
    {
        const bool again = known_ && !known_->has_subcommands && words.front() == known_name_;
        if (again)
            return known_;
        const std::string_view second = words.size() > 1 ? words[1] : std::string_view();
        known_name_ = words.front();
        return known_ = of_.commands.find(words.front(), second);
    }

    void translate_and_send(std::size_t index, const commands::command_info* known)
    {
        translation made;
        if (of_.settings.upstash.translate)
            made = translate(from_, index, scripts_);
        if (of_.settings.upstash.exact_trim)
            trim_exactly(from_.words(index));
        const key_names names = of_.backend.hides_keys() ? key_names_of(from_.words(index)) : key_names::none;
        const bool asks_more = made.after == aftermath::types_of_page;
        if (asks_more && what_ == purpose::transaction)
            return refuse(
                index, "ERR SCAN with WITHTYPE takes more than one command, so it cannot be in a transaction"
            );
        if (made.after != aftermath::none || names != key_names::none)
            made_.specials.push_back(
                {.index = index,
                 .is = special::kind::translated,
                 .after = made.after,
                 .names = names,
                 .text = std::move(made.text)}
            );
        send(index, known, asks_more);
    }

    // `alone`: our own question follows its reply, before the next command.
    void send(std::size_t index, const commands::command_info* known, bool alone)
    {
        const bool blocks = what_ == purpose::each_alone && may_block(from_.words(index), known);
        const std::chrono::milliseconds wait = blocks ? cap(index) : std::chrono::milliseconds(0);
        const std::span<const std::string_view> words = from_.words(index);
        made_.reads_only = made_.reads_only && known && known->reads_only;
        made_.commands.begin(words.size());
        for (const std::string_view word : words)
            made_.commands.argument(word);
        made_.leased = made_.leased || blocks;
        if (blocks || alone)
            end_trip(wait);
    }

    std::chrono::milliseconds cap(std::size_t index)
    {
        const std::chrono::milliseconds most = of_.settings.upstash.block_wait;
        return cap_wait(
            from_, index, std::min({most, of_.by.limits.block_wait.value_or(most), of_.backend.time_left()})
        );
    }

    void refuse(std::size_t index, std::string_view why)
    {
        made_.specials.push_back(
            {.index = index, .is = special::kind::refused, .after = {}, .names = {}, .text = std::string(why)}
        );
    }

    void end_trip(std::chrono::milliseconds wait)
    {
        made_.trips.push_back({std::exchange(made_.commands, {}), wait, std::nullopt});
    }

    command_list& from_;
    const call& of_;
    changed_scripts& scripts_;
    purpose what_;
    plan made_;
    std::string_view known_name_;   // of the command before
    const commands::command_info* known_ = nullptr;
};

}   // namespace

const special* plan::first_refusal() const noexcept
{
    const auto found = std::ranges::find(specials, special::kind::refused, &special::is);
    return found == specials.end() ? nullptr : &*found;
}

plan make_plan(command_list& from, const call& of, changed_scripts& scripts)
{
    return planner(from, of, scripts, purpose::each_alone).make();
}

plan make_transaction_plan(command_list& from, const call& of, changed_scripts& scripts)
{
    return planner(from, of, scripts, purpose::transaction).make();
}

}   // namespace rediserve::api::upstash
