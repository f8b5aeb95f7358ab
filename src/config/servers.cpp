#include "config/servers.hpp"

#include "config/document.hpp"
#include "config/values.hpp"
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
    const redis::params like = to.redis;   // what is said of the first one says nothing of the others
    if (to.redis_of_token_file)
        to.redis = server_like(like, entries.front().address, entries.front().connections);
    for (const server_entry& one : entries) {
        const auto place = place_server(to, server_like(like, one.address, one.connections));
        to.access.more.push_back({one.token, {.name = one.name, .backend = place}});
    }
}

}   // namespace rediserve::config
