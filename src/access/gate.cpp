#include "rediserve/access/gate.hpp"

#include "access/trail.hpp"
#include "rediserve/access/rate_fields.hpp"
#include "rediserve/base/bytes.hpp"
#include "rediserve/telemetry/audit.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace rediserve::access {

namespace {

bool is_bracket(std::string_view name) noexcept
{
    return iequals(name, "MULTI") || iequals(name, "EXEC") || iequals(name, "DISCARD");
}

error refused(const decision& why)
{
    return error(errc::forbidden, words_of(why), executed::no);
}

// As the command whose name it is would stand there: the keys of the script, and more than any command's fewest arguments.
void put_in_place(std::string_view name, std::span<const std::string_view> script, std::vector<std::string_view>& to)
{
    constexpr std::size_t fewest = 8;   // words
    const auto keys = static_cast<std::size_t>(parse_integer(script[2]).value_or(0));
    to.assign(1, name);
    for (const std::string_view key : script.subspan(3, std::min(keys, script.size() - 3)))
        to.push_back(key);
    const std::string_view last = to.back();
    to.resize(std::max(to.size(), fewest), last);   // a key again, for some commands take any number of them
}

}   // namespace

result<void> gate::speak_resp3()
{
    auto found = to_->in_resp3();
    if (!found)
        return found.error();
    // The one whose sibling it is has to stay as well.
    auto both = std::make_shared<std::pair<std::shared_ptr<redis::backend>, std::shared_ptr<redis::backend>>>(
        std::move(held_), std::move(*found)
    );
    to_ = both->second.get();
    held_ = std::shared_ptr<redis::backend>(std::move(both), to_);
    return {};
}

result<void> gate::ready() const
{
    if (by_->may && !(*commands_)->from_server())
        return error(errc::backend_unavailable, "what commands Redis has is not known yet", executed::no);
    return {};
}

decision gate::judge(words_view words) const
{
    const decision found = decide(words);
    if (!found)
        leave_trail(found, words, **commands_, *by_, asked_);
    return found;
}

decision gate::decide(words_view words) const
{
    if (!by_->may || is_bracket(words.front()))
        return {};
    return by_->may->decide(**commands_, words);
}

result<void> gate::admit_command(words_view words, const redis::submit_options& options) const
{
    static thread_local std::vector<std::string_view> instead;
    if (options.stands_for.empty()) {
        const decision found = judge(words);
        if (!found)
            return refused(found);
        return {};
    }
    for (const std::string& name : options.stands_for) {
        put_in_place(name, words, instead);
        if (const decision found = judge(instead); !found)
            return refused(found);
    }
    return {};
}

result<void> gate::admit(const redis::batch& commands, const redis::submit_options& options)
{
    static thread_local std::vector<std::string_view> words;
    const limits& within = by_->limits;
    if (auto known = ready(); !known)
        return known;
    if (asked_.until != never && std::chrono::steady_clock::now() >= asked_.until)
        return error(errc::backend_timeout, "the client's time is over", executed::no);
    for (std::size_t i = 0; (by_->may || within.value_bytes > 0) && i < commands.size(); ++i) {
        commands.words(i, words);
        const auto too_large = [&](std::string_view one) { return one.size() > within.value_bytes; };
        if (within.value_bytes > 0 && std::ranges::any_of(words, too_large))
            return error(
                errc::body_too_large, "a value is larger than " + std::to_string(within.value_bytes) + " bytes",
                executed::no
            );
        if (auto fine = admit_command(words, options); !fine)
            return fine;
    }
    if (by_->rates.commands.limits())
        if (auto fine = take(commands); !fine)
            return fine;
    if (telemetry::audits(true))
        tell_allowed(commands, options);
    return {};
}

// A transaction counts what is in it.
result<void> gate::take(const redis::batch& commands) const
{
    std::uint64_t count = commands.size();
    if (count > 2 && is_bracket(commands.name(0)))
        count -= 2;
    const auto now = std::chrono::steady_clock::now();
    const taken how = by_->used->commands.left.take(by_->rates.commands, count, now);
    if (!how.granted)
        return refuse(too_fast(how, "commands"));
    if (by_->rates.commands.global && reports_)
        reports_->took(*by_, measures::commands, count, now);
    return {};
}

error gate::refuse(error why) const
{
    leave_trail(why, *by_, asked_);
    return why;
}

void gate::tell_allowed(const redis::batch& commands, const redis::submit_options& options) const
{
    std::vector<std::string_view> words;
    std::vector<std::string_view> instead;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        commands.words(i, words);
        if (options.stands_for.empty() && !is_bracket(words.front()))
            leave_trail(decide(words), words, **commands_, *by_, asked_);
        for (const std::string& name : options.stands_for) {
            put_in_place(name, words, instead);
            leave_trail(decide(instead), instead, **commands_, *by_, asked_);
        }
    }
}

std::chrono::milliseconds gate::time_left() const noexcept
{
    using std::chrono::milliseconds;
    if (asked_.until == never)
        return milliseconds::max();
    const auto left = asked_.until - std::chrono::steady_clock::now();
    return std::max(std::chrono::ceil<milliseconds>(left), milliseconds(1));
}

result<redis::submission*> gate::submit(redis::batch&& commands, redis::submit_options options, redis::reply_sink& sink)
{
    if (const auto fine = admit(commands, options); !fine)
        return fine.error();
    return pass(std::move(commands), std::move(options), sink);
}

result<redis::submission*> gate::pass(redis::batch&& commands, redis::submit_options&& options, redis::reply_sink& sink)
{
    options.until = std::min(options.until, asked_.until);
    options.payer = by_->used ? by_->used->payer : 0;
    options.ended = asked_.ended;
    options.most_reply = redis::narrower(options.most_reply, most_reply());
    if (asked_.seen)
        mind_replicas(commands, options);
    return to_->submit(std::move(commands), options, sink);
}

// A cursor is good at the server that has given it, so what goes on by one stays with the primary.
void gate::mind_replicas(const redis::batch& commands, redis::submit_options& options) const
{
    const auto has_cursor = [](std::string_view name) {
        constexpr std::string_view scan = "SCAN";
        return name.size() >= scan.size() && iequals(name.substr(name.size() - scan.size()), scan);
    };
    bool fit = options.read_only && asked_.reads_replicas && std::ranges::none_of(options.stands_for, has_cursor);
    for (std::size_t i = 0; fit && i < commands.size(); ++i)
        fit = !has_cursor(commands.name(i));
    options.at_replica = fit;
    if (fit || !options.read_only)
        options.seen = asked_.seen.get();
}

result<redis::subscription> gate::subscribe(
    redis::subscription_kind kind, std::string_view name, redis::subscription_sink& sink
)
{
    if (const auto known = ready(); !known)
        return known.error();
    // Who waits for changes reads what has become of the keys, and that is judged as any read is; of many keys they have to ask
    // shows() about each.
    if (kind == redis::subscription_kind::key && !shows(name))
        return refuse(error(
            errc::forbidden, "this user has no permissions to access one of the keys used as arguments", executed::no
        ));
    if (kind == redis::subscription_kind::key || kind == redis::subscription_kind::key_prefix)
        return to_->subscribe(kind, name, sink);
    constexpr std::array<std::string_view, 4> names = {"SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "MONITOR"};
    const std::array<std::string_view, 2> words = {names[static_cast<std::size_t>(kind)], name};
    const bool monitors = kind == redis::subscription_kind::monitor;
    const auto asked = std::span(words).first(monitors ? 1 : 2);
    const decision found = judge(asked);
    if (!found)
        return refused(found);
    leave_trail(found, asked, **commands_, *by_, asked_);
    return to_->subscribe(kind, name, sink);
}

std::string words_of(const decision& why)
{
    std::string name(why.object);
    std::ranges::transform(name, name.begin(), to_lower);
    switch (why.refusal) {
    case refusal::none: break;
    case refusal::command: return "this user has no permissions to run the '" + name + "' command or its subcommand";
    case refusal::key: return "this user has no permissions to access one of the keys used as arguments";
    case refusal::channel: return "this user has no permissions to access one of the channels used as arguments";
    case refusal::keys_hidden:
        return "this user may use some keys only, and which ones '" + name + "' touches or tells of cannot be known";
    }
    return {};
}

}   // namespace rediserve::access
