#include "rediserve/access/authenticator.hpp"

#include "access/usage_book.hpp"
#include "rediserve/access/rate_fields.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace rediserve::access {

namespace {

constexpr auto never = std::chrono::system_clock::time_point::max();
constexpr std::size_t longest_name = 100;

error unauthorized(std::string why)
{
    return {errc::unauthorized, std::move(why)};
}

std::shared_ptr<const rules> reading()
{
    return std::make_shared<const rules>(rules::parse(read_only_rules).value());
}

// Who a token is for, fit for a line of the log.
std::string name_of(const std::string& before, const std::string& subject)
{
    std::string name = before + subject.substr(0, longest_name);
    const auto unfit = [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; };
    std::ranges::replace_if(name, unfit, '?');
    return name;
}

}   // namespace

std::size_t authenticator::digest_hash::operator()(const sha256_digest& of) const noexcept
{
    std::size_t first;
    std::memcpy(&first, of.data(), sizeof first);
    return first;
}

authenticator::authenticator(const params& settings, const authenticator* before)
    : guards_(settings.guards())
    , sealer_(settings.sealing_secret.empty() ? settings.token : settings.sealing_secret)
    , usages_(before ? before->usages_ : std::make_shared<usage_book>())
{
    add(settings.token, {.name = "token", .backend = settings.backend});
    if (!settings.read_only_token.empty())
        add(settings.read_only_token, {.name = "read_only_token", .backend = settings.backend, .may = reading()});
    for (const grant& one : settings.more)
        add(one.token, one.who);
    add_accounts(settings);
}

void authenticator::add(std::string_view token, principal who)
{
    if (!token.empty())
        tokens_[sha256(token)] = {add(std::move(who)), never};
}

principal_ptr authenticator::add(principal who)
{
    who.used = usages_->of(who.name);
    if (who.rates.requests.limits())
        who.rate_fields = begin_rate_fields("requests", who.rates.requests);
    auto made = std::make_shared<const principal>(std::move(who));
    principals_.insert_or_assign(made->name, made);
    return made;
}

void authenticator::add_accounts(const params& settings)
{
    std::vector<principal_ptr> made;
    for (const account& one : settings.accounts)
        made.push_back(add(one.who));
    tokens_.reserve(tokens_.size() + settings.tokens.size());
    for (const stored_token& one : settings.tokens)
        tokens_[one.digest] = {made[one.account], one.expires};
    for (const certificate_name& one : settings.certificates)
        certificates_[one.name] = made[one.account];
    for (const issuer& one : settings.issuers)
        issuers_.push_back({one.verifier, made[one.account]});
}

principal_ptr authenticator::find(std::string_view name) const
{
    const auto found = principals_.find(name);
    return found == principals_.end() ? nullptr : found->second;
}

result<principal_ptr> authenticator::authenticate(const credentials& shown, time now) const
{
    auto found = identify(shown, now);
    if (!found)
        return std::move(found).error();
    return std::move(found->who);
}

result<authenticator::identity> authenticator::identify(const credentials& shown, time now) const
{
    if (sealer::made(shown.bearer))
        return by_seal(shown.bearer);
    if (open())
        return identity{anonymous(), never};
    if (shown.basic)
        return by_password(shown, now);
    if (!shown.bearer.empty())
        return by_token(shown.bearer, now);
    for (const std::string& name : shown.certificate)
        if (const auto found = certificates_.find(name); found != certificates_.end())
            return identity{found->second, never};
    if (!shown.certificate.empty())
        return unauthorized("the client certificate is nobody's here; send one that is, or a token");
    return unauthorized("credentials are needed: send the header Authorization: Bearer TOKEN");
}

result<authenticator::identity> authenticator::by_token(std::string_view token, time now) const
{
    const auto found = tokens_.find(sha256(token));
    if (found == tokens_.end())
        return costly(token) ? by_signature(token, now) : unauthorized("the token is wrong");
    if (now >= found->second.expires)
        return unauthorized("the token has expired");
    return identity{found->second.who, found->second.expires};
}

// A JWT is no password: who can send one can send the header it is made for.
result<authenticator::identity> authenticator::by_password(const credentials& shown, time now) const
{
    const auto found = tokens_.find(sha256(shown.basic_password));
    if (found == tokens_.end())
        return unauthorized("the password is wrong: it must be a token");
    if (now >= found->second.expires)
        return unauthorized("the token has expired");
    if (!shown.basic_user.empty() && shown.basic_user != found->second.who->name)
        return unauthorized("the token is not that user's: send the name of its principal, or none");
    return identity{found->second.who, found->second.expires};
}

result<authenticator::identity> authenticator::by_signature(std::string_view token, time now) const
{
    std::string why;
    for (const known_issuer& one : issuers_) {
        const auto claims = one.verifier.verify(token, now);
        if (!claims) {
            if (why.find(claims.error().detail) == std::string::npos)
                why += (why.empty() ? "" : "; or ") + claims.error().detail;
            continue;
        }
        auto who = visitor(one.who, *claims);
        if (!who)
            return std::move(who).error();
        return identity{std::move(*who), claims->expires};
    }
    return unauthorized(std::move(why));
}

result<authenticator::identity> authenticator::by_seal(std::string_view token) const
{
    auto found = sealer_.open(token);
    const principal_ptr issuer = found ? issuer_named(found->issuer) : nullptr;
    if (!issuer)
        return unauthorized("the token is not one that this gateway has issued, or whoever it was issued to is gone");
    auto made = std::make_shared<principal>(*issuer);
    made->name = name_of(issuer->name + "/", found->user.user);
    made->may = nullptr;   // Redis decides
    made->login = std::make_shared<const redis::login>(std::move(found->user));
    made->passing = true;
    return identity{std::move(made), never};
}

principal_ptr authenticator::issuer_named(std::string_view name) const
{
    return open() && name == anonymous()->name ? anonymous() : find(name);
}

// By the name alone the bearer will be known to belong to `by`.
result<std::string> authenticator::seal(const principal& by, const redis::login& user) const
{
    const principal_ptr known = by.passing ? nullptr : issuer_named(by.name);
    if (!known || known->backend != by.backend)
        return error(errc::forbidden, "tokens for users of Redis are given to who shows a token of the configuration");
    return sealer_.seal({by.name, user});
}

// A principal of its own for each subject: the rules speak of its keys, and what it takes is its own.
result<principal_ptr> authenticator::visitor(const principal_ptr& like, const jwt_claims& claims) const
{
    const auto at = claims.values.find("sub");
    const std::string subject = at == claims.values.end() ? std::string() : at->second;
    const std::string_view text = like->may ? like->may->text() : std::string_view();
    auto spoken = with_claims(text, claims);
    if (!spoken)
        return std::move(spoken).error();
    auto made = std::make_shared<principal>(*like);
    made->passing = true;
    if (*spoken != text) {
        auto may = rules::parse(*spoken);
        if (!may)
            return error(errc::forbidden, "a claim of the token does not fit into the rules of " + like->name);
        made->may = std::make_shared<const rules>(std::move(*may));
    }
    if (!subject.empty())
        made->name = name_of(like->name + ":", subject);
    made->used = usages_->of(subject.empty() ? like->name : like->name + '\0' + subject);
    return principal_ptr(std::move(made));
}

}   // namespace rediserve::access
