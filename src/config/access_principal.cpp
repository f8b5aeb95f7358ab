#include "config/access_principal.hpp"

#include "config/rates.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rediserve::config {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_name = 64;
constexpr std::uint64_t most = 1'000'000;
constexpr std::array<std::string_view, 4> reserved = {"token", "read_only_token", "anonymous", "nobody"};

bool is_name(std::string_view text)
{
    const auto fits = [](char c) {
        constexpr std::string_view others = "-_.@";
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || others.find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, fits);
}

void check_name(std::string_view name, const members& from)
{
    if (!is_name(name))
        from.complain("must have a name of letters, digits and -_.@, at most 64 of them");
    if (std::ranges::find(reserved, name) != reserved.end())
        from.complain("has a name that is taken: that of another principal is needed");
}

// Without rules it may do nothing.
std::shared_ptr<const access::rules> read_rules(members& from)
{
    std::string all;
    for (const std::string& one : from.texts("rules"))
        all += (all.empty() ? "" : " ") + one;
    auto read = access::rules::parse(all);
    if (!read) {
        from.complain("rules", read.error().detail);
        return access::nothing();
    }
    return std::make_shared<const access::rules>(std::move(*read));
}

networks read_networks(members& from, std::string_view name)
{
    std::string all;
    for (const std::string& one : from.texts(name))
        all += (all.empty() ? "" : " ") + one;
    auto read = networks::parse(all);
    if (read)
        return std::move(*read);
    from.complain(name, read.error().detail);
    return {};
}

std::shared_ptr<const access::network_policy> read_policy(members& from)
{
    access::network_policy made{read_networks(from, "allow"), read_networks(from, "deny")};
    if (made.allow.empty() && made.deny.empty())
        return nullptr;
    return std::make_shared<const access::network_policy>(std::move(made));
}

access::rates read_rates(members& from)
{
    access::rates made;
    auto inside = from.object("rates");
    if (!inside)
        return made;
    made.requests = read_rate(*inside, "requests", amounts::numbers);
    made.commands = read_rate(*inside, "commands", amounts::numbers);
    made.bytes = read_rate(*inside, "bytes", amounts::bytes);
    inside->refuse_unknown();
    return made;
}

access::limits read_limits(members& from)
{
    access::limits made;
    auto inside = from.object("limits");
    if (!inside)
        return made;
    made.body_bytes = inside->size("body").value_or(0);
    made.value_bytes = inside->size("value").value_or(0);
    made.reply_bytes = inside->size("reply").value_or(0);
    made.pipeline_commands = inside->count("pipeline", 1, most).value_or(0);
    made.streams = inside->count("streams", 1, most).value_or(0);
    made.connections = inside->count("connections", 1, most).value_or(0);
    made.block_wait = inside->duration("block_wait", 1h);
    inside->refuse_unknown();
    return made;
}

std::optional<bool> read_reads(members& from)
{
    const auto said = from.text("read");
    if (said && *said != "replica" && *said != "primary")
        from.complain("read", "must be replica or primary");
    return said ? std::optional(*said == "replica") : std::nullopt;
}

}   // namespace

principal_draft read_principal(const std::string& name, members from)
{
    check_name(name, from);
    principal_draft made{.who = {.name = name}, .path = from.path()};
    made.backend = from.text("backend").value_or("");
    made.who.may = read_rules(from);
    made.who.from = read_policy(from);
    made.who.rates = read_rates(from);
    made.who.limits = read_limits(from);
    made.who.reads_replicas = read_reads(from);
    made.redis_user = from.text("redis_user").value_or("");
    made.redis_password = from.text("redis_password").value_or("");
    made.certificates = from.texts("certificates");
    if (made.redis_user.empty() != made.redis_password.empty())
        from.complain("needs both redis_user and redis_password, or neither");
    from.refuse_unknown();
    return made;
}

bool needs_claims(const access::principal& who)
{
    return who.may->text().find("${") != std::string_view::npos;
}

}   // namespace rediserve::config
