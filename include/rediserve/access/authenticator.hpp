// Who is asking.
#pragma once

#include "rediserve/access/credentials.hpp"
#include "rediserve/access/params.hpp"
#include "rediserve/access/principal.hpp"
#include "rediserve/access/sealer.hpp"
#include "rediserve/base/digest.hpp"
#include "rediserve/base/error.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rediserve::access {

class usage_book;   // private to the room

// What access.read_only_token may do, as rules: commands that only read, but for those that look at all keys there are; and
// harmless ones that do neither. Redis does not count read-only scripts among @read.
constexpr std::string_view read_only_rules =
    "+@read -keys -randomkey -scan +eval_ro +evalsha_ro +fcall_ro +echo +ping +time +command "
    "+subscribe +psubscribe +ssubscribe ~* &*";

// Immutable; shared by all shards and swapped whole at a reload.
class authenticator
{
public:
    using time = std::chrono::system_clock::time_point;

    struct identity
    {
        principal_ptr who;
        time until;   // for how long the same credentials are good; max(): for as long as this authenticator is
    };

    // Principals of the same name have the usage that they have in `before`.
    explicit authenticator(const params& settings, const authenticator* before = nullptr);

    // Whose these are. errc::unauthorized: nobody's, or no longer; errc::forbidden: a JWT lacks a claim that the rules of
    // its principal need. Tickets are not looked at, and JWTs are verified each time: a desk does better.
    result<identity> identify(const credentials& shown, time now) const;
    result<principal_ptr> authenticate(const credentials& shown, time now) const;

    // Whether everybody is let in.
    bool open() const noexcept { return !guards_; }
    // Whether it may be worth remembering whose `token` is: it may be signed.
    bool costly(std::string_view token) const noexcept
    {
        return sealer::made(token) || (!issuers_.empty() && looks_like_jwt(token));
    }

    // A token for a user of Redis, on the server that `by` is given: what its bearer sends is run as that user and counts
    // as sent by `by`. Good for as long as `by` is known by its name, and Redis takes the login. errc::forbidden.
    result<std::string> seal(const principal& by, const redis::login& user) const;

    // nullptr: there is none of that name.
    principal_ptr find(std::string_view name) const;

private:
    principal_ptr issuer_named(std::string_view name) const;

    struct entry
    {
        principal_ptr who;
        time expires;
    };

    // A table by the digests of tokens. The time that a look-up takes may tell something about the digest of what was
    // shown and those in the table: how much of them is alike. Nobody can use that to come nearer to a token, as who can
    // choose the digest of a guess can invert SHA-256. The last comparison takes the same time nevertheless.
    struct digest_hash
    {
        std::size_t operator()(const sha256_digest& of) const noexcept;
    };
    struct digest_equal
    {
        bool operator()(const sha256_digest& a, const sha256_digest& b) const noexcept
        {
            return equal_constant_time(a, b);
        }
    };

    struct known_issuer
    {
        jwt_verifier verifier;
        principal_ptr who;
    };

    principal_ptr add(principal who);
    void add(std::string_view token, principal who);
    void add_accounts(const params& settings);
    result<identity> by_token(std::string_view token, time now) const;
    result<identity> by_password(const credentials& shown, time now) const;
    result<identity> by_signature(std::string_view token, time now) const;
    result<identity> by_seal(std::string_view token) const;
    result<principal_ptr> visitor(const principal_ptr& like, const jwt_claims& claims) const;

    bool guards_;
    sealer sealer_;
    std::shared_ptr<usage_book> usages_;   // of all authenticators of the process, one after the other
    std::map<std::string, principal_ptr, std::less<>> principals_;
    std::unordered_map<sha256_digest, entry, digest_hash, digest_equal> tokens_;
    std::unordered_map<std::string, principal_ptr> certificates_;
    std::vector<known_issuer> issuers_;
};

}   // namespace rediserve::access
