// JSON Web Tokens (RFC 7519) as signed by others (JWS compact form, RFC 7515): verified, never made.
#pragma once

#include "rediserve/base/error.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::access {

enum class jwt_algorithm : std::uint8_t { hs256, rs256, es256, eddsa };   // RFC 7518, RFC 8037 (Ed25519)

// Where its keys are and what its tokens must say.
struct jwt_params
{
    std::string issuer = {};                      // `iss` must be this; empty: any
    std::string audience = {};                    // `aud` must be or hold this; empty: any, or none
    std::string keys_file = {};                   // a JWKS document (RFC 7517), or PEM with one public key
    std::string secret = {};                      // of HS256, in place of keys_file; at least 32 bytes
    std::vector<jwt_algorithm> algorithms = {};   // empty: whatever its keys are for
    std::chrono::seconds leeway{30};              // how far clocks may differ
    std::string principal = {};                   // the principal whose rules its tokens have
};

// What a valid token says of its bearer.
struct jwt_claims
{
    std::map<std::string, std::string> values;       // claims that are texts, whole numbers or booleans, as text
    std::chrono::system_clock::time_point expires;   // max(): never
};

// A set of keys and what must hold. Immutable; any thread.
class jwt_verifier
{
public:
    // Reads the keys. errc::bad_configuration: which file, which key, what is wrong with it.
    static result<jwt_verifier> make(const jwt_params& settings);

    // errc::unauthorized with a reason that helps an honest client ("the token has expired") and repeats nothing of the
    // token. A key verifies only by the algorithm it is for, whatever the token says (RFC 8725, 3.1).
    result<jwt_claims> verify(std::string_view token, std::chrono::system_clock::time_point now) const;

    const jwt_params& settings() const noexcept;

private:
    struct keys;
    std::shared_ptr<const keys> keys_;
};

// Whether `token` looks like one at all: three parts, by dots.
bool looks_like_jwt(std::string_view token) noexcept;

// `text` with each ${claim} replaced: in a rule about keys or channels (`~u:${sub}:*`) what is special in a pattern is
// escaped, so that it stands for itself. errc::forbidden: a claim is missing, empty, or has blanks or control characters.
result<std::string> with_claims(std::string_view text, const jwt_claims& claims);

}   // namespace rediserve::access
