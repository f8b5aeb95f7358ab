#include "config/access_file.hpp"

#include "config/access_jwt.hpp"
#include "config/access_principal.hpp"
#include "config/document.hpp"
#include "config/members.hpp"
#include "config/servers.hpp"
#include "config/suggest.hpp"
#include "config/timestamp.hpp"
#include "config/values.hpp"
#include "rediserve/base/digest.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace rediserve::config {

namespace {

using nlohmann::json;

constexpr std::size_t most_mebibytes = 64;
constexpr std::uint64_t most_connections = 256;   // redis.shared_connections'

int hex_value(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char letter = static_cast<char>(c | 0x20);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::optional<sha256_digest> parse_digest(std::string_view text) noexcept
{
    sha256_digest made{};
    if (text.size() != 2 * made.size())
        return std::nullopt;
    for (std::size_t i = 0; i < made.size(); ++i) {
        const int high = hex_value(text[2 * i]);
        const int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        made[i] = static_cast<unsigned char>(high << 4 | low);
    }
    return made;
}

// ---- servers ---------------------------------------------------------------------------------------------------------

struct server
{
    redis::address address;
    std::size_t connections = 0;   // 0: not said
};

std::optional<redis::address> read_address(const json& url, const std::string& path, const complaints& to)
{
    settings scratch;
    const auto wrong = url.is_string() ? assign(*find_option("redis.url"), scratch, {url.get<std::string>()})
                                       : "must be the URL of a server";
    if (wrong.empty())
        return scratch.redis.address;
    to(path, wrong);
    return std::nullopt;
}

server read_server(const json& from, const std::string& path, const complaints& to)
{
    if (from.is_string())
        return {read_address(from, path, to).value_or(redis::address())};
    members inside(from, path, to);
    server made;
    const json* const url = inside.find("url");
    if (!url)
        inside.complain("url", "is missing");
    else if (auto read = read_address(*url, inside.path_of("url"), to))
        made.address = std::move(*read);
    if (auto user = inside.text("user"))
        made.address.user = std::move(*user);
    if (auto password = inside.text("password"))
        made.address.password = std::move(*password);
    made.connections = inside.count("shared_connections", 1, most_connections).value_or(0);
    inside.refuse_unknown();
    return made;
}

// ---- the file --------------------------------------------------------------------------------------------------------

class reader
{
public:
    reader(const assignments& given, settings& to, const complaints& complain)
        : given_(given), to_(to), like_(to.redis), complain_(complain)
    {}

    void read(const json& document)
    {
        members top(document, {}, complain_);
        if (const json* const all = top.find("backends"))
            for (const auto& [name, member] : object(*all, "backends").items())
                servers_[name] = read_server(member, "backends." + name, complain_);
        if (const json* const all = top.find("principals"))
            for (const auto& [name, member] : object(*all, "principals").items())
                drafts_.push_back(read_principal(name, members(member, "principals." + name, complain_)));
        add_accounts();
        if (const auto name = top.text("rates_backend"))
            to_.access.rates_backend = place_of_rates(*name);
        if (const json* const all = top.find("tokens"))
            for_each(*all, "tokens", [this](members from) { read_token(std::move(from)); });
        if (const json* const all = top.find("jwt"))
            for_each(*all, "jwt", [this](members from) { read_jwt(std::move(from)); });
        top.find("$schema");   // for editors
        top.refuse_unknown();
    }

private:
    const json& object(const json& member, const std::string& path)
    {
        static const json none = json::object();
        if (member.is_object())
            return member;
        complain_(path, "must be an object with a member for each name");
        return none;
    }

    template <class Read>
    void for_each(const json& list, const std::string& path, Read read)
    {
        if (!list.is_array())
            return complain_(path, "must be a list");
        std::size_t at = 0;
        for (const json& one : list)
            read(members(one, path + "[" + std::to_string(at++) + "]", complain_));
    }

    // ---- principals, and the servers they are given ----

    void add_accounts()
    {
        if (takes_place_of_redis_url())
            if (const auto first = servers_.find(drafts_.front().backend); first != servers_.end()) {
                to_.redis = server_like(like_, first->second.address, first->second.connections);
                to_.redis_of_token_file = true;
            }
        for (principal_draft& one : drafts_)
            add_account(one);
    }

    bool takes_place_of_redis_url() const
    {
        const auto names_one = [](const principal_draft& one) { return !one.backend.empty(); };
        return !to_.redis_of_token_file && !was_given(given_, "redis.url") && !to_.embedded.enabled
            && !to_.access.has_plain_tokens() && !drafts_.empty() && std::ranges::all_of(drafts_, names_one);
    }

    void add_account(principal_draft& one)
    {
        accounts_.emplace(one.who.name, to_.access.accounts.size());
        const bool named = !one.backend.empty() || !one.redis_user.empty();
        if (named)
            one.who.backend = place_of(one);
        for (std::string& name : one.certificates)
            add_certificate(std::move(name), one);
        to_.access.accounts.push_back({std::move(one.who), named});
    }

    std::size_t place_of(const principal_draft& one)
    {
        redis::params wanted = to_.redis;
        if (!one.backend.empty()) {
            const auto found = servers_.find(one.backend);
            if (found == servers_.end()) {
                complain_(one.path + ".backend", "names no backend of the file" + hint(one.backend, servers_));
                return 0;
            }
            wanted = server_like(like_, found->second.address, found->second.connections);
        } else if (to_.embedded.enabled) {
            complain_(one.path, "has a redis_user of its own, and an embedded server has none: name a backend");
            return 0;
        }
        if (!one.redis_user.empty()) {
            wanted.address.user = one.redis_user;
            wanted.address.password = one.redis_password;
        }
        return place_server(to_, wanted);
    }

    std::optional<std::size_t> place_of_rates(const std::string& name)
    {
        const auto found = servers_.find(name);
        if (found != servers_.end())
            return place_server(to_, server_like(like_, found->second.address, found->second.connections));
        complain_("rates_backend", "names no backend of the file" + hint(name, servers_));
        return std::nullopt;
    }

    void add_certificate(std::string name, const principal_draft& of)
    {
        if (name.empty())
            return complain_(of.path + ".certificates", "has an empty name");
        refuse_claims(of.who, of.path + ".certificates");
        const bool first = certificates_.emplace(name, of.path).second;
        if (!first)
            complain_(of.path + ".certificates", "has " + quote(name) + ", as has " + certificates_[name]);
        to_.access.certificates.push_back({std::move(name), accounts_.at(of.who.name)});
    }

    // ---- credentials ----

    void read_token(members from)
    {
        access::stored_token made;
        made.name = from.text("name").value_or("");
        const auto digest = parse_digest(from.text("sha256").value_or(""));
        if (!digest)
            from.complain("sha256", "must be the SHA-256 of the token, as 64 hexadecimal digits");
        if (const auto when = from.text("expires")) {
            const auto parsed = parse_timestamp(*when);
            if (!parsed)
                from.complain("expires", "must be a time such as 2027-01-01T00:00:00Z");
            made.expires = parsed.value_or(made.expires);
        }
        const auto account = account_of(from, true);
        from.refuse_unknown();
        if (!digest || !account)
            return;
        made.digest = *digest;
        made.account = *account;
        note_digest(*digest, from.path());
        to_.access.tokens.push_back(std::move(made));
    }

    void note_digest(const sha256_digest& digest, const std::string& path)
    {
        const auto [at, first] = digests_.emplace(std::string(digest.begin(), digest.end()), path);
        if (!first)
            complain_(path, "is the same token as " + at->second);
    }

    void read_jwt(members from)
    {
        const auto account = account_of(from, false);
        auto verifier = read_issuer(from);
        from.refuse_unknown();
        if (verifier && account)
            to_.access.issuers.push_back({std::move(*verifier), *account});
    }

    std::optional<std::size_t> account_of(members& from, bool without_claims)
    {
        const auto name = from.text("principal");
        if (!name) {
            from.complain("principal", "is missing: whose rules hold?");
            return std::nullopt;
        }
        const auto found = accounts_.find(*name);
        if (found == accounts_.end()) {
            from.complain("principal", "is no principal of the file: " + quote(*name) + hint(*name, accounts_));
            return std::nullopt;
        }
        if (without_claims)
            refuse_claims(to_.access.accounts[found->second].who, from.path_of("principal"));
        return found->second;
    }

    // What is not replaced would grant keys with a literal ${sub} in their names.
    void refuse_claims(const access::principal& who, const std::string& path)
    {
        if (needs_claims(who))
            complain_(path, "is a principal with ${…} in its rules, which only a JWT can fill in");
    }

    template <class Map>
    static std::string hint(const std::string& name, const Map& among)
    {
        std::vector<std::string> known;
        for (const auto& [one, value] : among)
            known.push_back(one);
        const auto meant = nearest(name, known);
        return meant.empty() ? "" : "; did you mean \"" + meant + "\"?";
    }

    const assignments& given_;
    settings& to_;
    const redis::params like_;   // what is said of one server says nothing of the others
    complaints complain_;
    std::map<std::string, server> servers_;
    std::vector<principal_draft> drafts_;
    std::map<std::string, std::size_t> accounts_;
    std::map<std::string, std::string> certificates_;        // whose, by path
    std::unordered_map<std::string, std::string> digests_;   // where, by path
};

}   // namespace

void read_access_file(const assignments& given, settings& to, problems& found)
{
    const std::string& path = to.access.file;
    if (path.empty())
        return;
    const auto text = read_file(path, "the access file", found, most_mebibytes);
    if (const auto document = text ? parse_json(*text, path, {}, found) : std::nullopt)
        reader(given, to, {path, found}).read(*document);
}

}   // namespace rediserve::config
