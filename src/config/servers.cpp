#include "config/servers.hpp"

#include "config/document.hpp"
#include "config/values.hpp"
#include "rediserve/config/load.hpp"
#include "rediserve/redis/address.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace rediserve::config {

namespace {

using nlohmann::json;

constexpr std::size_t most_connections = 256;   // redis.shared_connections'

struct server_entry
{
    std::string token;
    std::string name;
    redis::address address;
    std::size_t connections = 0;   // 0: not said
};

// Reads {"TOKEN": {"srh_id": "name", "connection_string": "redis://…", "max_connections": 3}, …}. Keys it does not know
// are passed over, as they always were.
class token_file
{
public:
    token_file(const std::string& path, problems& found) : path_(path), found_(found) {}

    std::vector<server_entry> read()
    {
        const auto text = read_file(path_, "the token file", found_);
        const auto document = text ? parse_json(*text, path_, "a token", found_) : std::nullopt;
        if (!document)
            return {};
        if (!document->is_object() || document->empty())
            complain("must hold an object with a member for each token: {\"TOKEN\": {\"srh_id\": …, …}}");
        else
            for (const auto& [token, member] : document->items())
                read_entry(token, member);
        return std::move(entries_);
    }

private:
    void read_entry(const std::string& token, const json& from)
    {
        where_ = "entry " + std::to_string(++number_);
        if (!from.is_object())
            return complain("must be an object with srh_id and connection_string");
        server_entry made;
        made.token = token;
        made.name = text_of(from, "srh_id");
        if (!made.name.empty())
            where_ += " (srh_id " + quote(made.name) + ")";
        settings scratch;
        if (token.empty() || !assign(*find_option("access.token"), scratch, {token}).empty())
            complain("its token must be one word of visible ASCII characters");
        made.address = address_of(from);
        made.connections = connections_of(from);
        entries_.push_back(std::move(made));
    }

    std::string text_of(const json& from, const char* key)
    {
        const auto at = from.find(key);
        const bool fits = at != from.end() && at->is_string() && !at->get_ref<const std::string&>().empty();
        if (fits)
            return at->get<std::string>();
        complain(std::string(key) + (at == from.end() ? " is missing" : " must be a text, and not empty"));
        return {};
    }

    redis::address address_of(const json& from)
    {
        settings scratch;
        const auto url = text_of(from, "connection_string");
        if (const auto wrong = url.empty() ? "" : assign(*find_option("redis.url"), scratch, {url}); !wrong.empty())
            complain("connection_string " + wrong);
        return scratch.redis.address;
    }

    std::size_t connections_of(const json& from)
    {
        const auto at = from.find("max_connections");
        if (at == from.end() || at->is_null())
            return 0;
        if (at->is_number_unsigned() && at->get<std::uint64_t>() > 0)
            return std::min<std::size_t>(at->get<std::uint64_t>(), most_connections);
        complain("max_connections must be a whole number, 1 or more");
        return 0;
    }

    void complain(const std::string& text)
    {
        found_.push_back({bad_configuration, path_ + ": " + (where_.empty() ? "" : where_ + ": ") + text});
    }

    const std::string& path_;
    problems& found_;
    std::string where_;
    std::size_t number_ = 0;
    std::vector<server_entry> entries_;
};

// An embedded server has no URL that anybody could mean.
std::size_t place_of(const settings& in, const redis::address& wanted)
{
    if (!in.embedded.enabled && in.redis.address == wanted)
        return 0;
    const auto same = std::ranges::find_if(in.more_redis, [&](const auto& one) { return one.address == wanted; });
    return static_cast<std::size_t>(same - in.more_redis.begin()) + 1;
}

// The process has never connected to redis.url: its tokens would reach a server of the file instead.
std::size_t withhold_tokens_of_redis_url(access::params& of)
{
    std::size_t withheld = 0;
    for (std::string* const token : {&of.token, &of.read_only_token})
        withheld += std::exchange(*token, {}).empty() ? 0 : 1;
    return withheld;
}

// Where what `at` means in `after` is in a process that started with `before`; beyond its servers: nowhere.
std::size_t place_before(const settings& before, const settings& after, std::size_t at)
{
    return place_of(before, at == 0 ? after.redis.address : after.more_redis[at - 1].address);
}

std::size_t keep_grants(const settings& before, settings& after)
{
    std::size_t lost = 0;
    std::vector<access::grant> kept;
    for (access::grant& one : after.access.more) {
        one.who.backend = place_before(before, after, one.who.backend);
        if (one.who.backend > before.more_redis.size())
            ++lost;
        else
            kept.push_back(std::move(one));
    }
    after.access.more = std::move(kept);
    return lost;
}

// Whether the process knows the server of a principal; if so, the principal is given its place.
bool keep_account(const settings& before, const settings& after, access::account& one)
{
    if (!one.names_backend)   // redis.url's: of the process as it started, unless it was not connected to
        return before.redis_of_token_file == after.redis_of_token_file;
    one.who.backend = place_before(before, after, one.who.backend);
    return one.who.backend <= before.more_redis.size();
}

std::size_t keep_accounts(const settings& before, settings& after)
{
    std::vector<bool> lost;
    for (access::account& one : after.access.accounts)
        lost.push_back(!keep_account(before, after, one));
    const auto is_lost = [&](const auto& one) { return lost[one.account]; };
    const auto count = std::erase_if(after.access.tokens, is_lost) + std::erase_if(after.access.certificates, is_lost)
        + std::erase_if(after.access.issuers, is_lost);
    for (std::size_t at = 0; at < lost.size(); ++at)
        if (lost[at])
            after.access.accounts[at].who.backend = 0;   // nobody is it
    return count;
}

// Where rates are counted that hold over all gateways together: where they were, unless the process knows the new server.
void keep_rates_backend(const settings& before, settings& after)
{
    std::optional<std::size_t>& at = after.access.rates_backend;
    if (at)
        at = place_before(before, after, *at);
    after.access.keeps_rates_backend = at > before.more_redis.size();
    if (after.access.keeps_rates_backend)
        at = before.access.rates_backend;
}

}   // namespace

redis::params server_like(const redis::params& first, const redis::address& at, std::size_t connections)
{
    redis::params made = first;
    made.address = at;
    made.tls.server_name.clear();
    if (connections > 0)
        made.shared_connections = connections;
    return made;
}

std::size_t place_server(settings& to, const redis::params& wanted)
{
    const auto place = place_of(to, wanted.address);
    if (place > to.more_redis.size())
        to.more_redis.push_back(wanted);
    return place;
}

bool was_given(const assignments& given, std::string_view path)
{
    return given.contains(find_option(path));
}

void read_srh_tokens(const assignments& given, settings& to, problems& found)
{
    if (to.access.srh_token_file.empty())
        return;
    const auto entries = token_file(to.access.srh_token_file, found).read();
    to.redis_of_token_file = !was_given(given, "redis.url") && !to.embedded.enabled && to.access.file.empty()
        && to.access.token.empty() && to.access.read_only_token.empty() && !entries.empty();
    if (to.redis_of_token_file)
        to.redis = server_like(to.redis, entries.front().address, entries.front().connections);
    for (const server_entry& one : entries) {
        const auto place = place_server(to, server_like(to.redis, one.address, one.connections));
        to.access.more.push_back({one.token, {.name = one.name, .backend = place}});
    }
}

std::size_t keep_servers(const settings& before, settings& after)
{
    std::size_t lost = keep_grants(before, after) + keep_accounts(before, after);
    keep_rates_backend(before, after);
    if (before.redis_of_token_file && !after.redis_of_token_file)
        lost += withhold_tokens_of_redis_url(after.access);
    after.more_redis = before.more_redis;
    if (before.redis_of_token_file && after.redis_of_token_file)
        after.redis = before.redis;
    return lost;
}

}   // namespace rediserve::config
