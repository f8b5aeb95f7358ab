// Makes tokens and keys, as an identity provider would, and as an attacker would.
#pragma once

#include "rediserve/access/jwt.hpp"

#include <openssl/evp.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rediserve::access::test {

std::string base64url(std::string_view bytes);

// 2026-01-01, and the same in seconds.
constexpr std::chrono::system_clock::time_point today{std::chrono::seconds(1767225600)};
constexpr long long today_seconds = 1767225600;

// Claims of a token that is good for an hour from `today`, and `more` of them (`"sub":"ann"`).
std::string good_claims(std::string_view more = {});

// A key pair, or a secret, made for this run.
class signer
{
public:
    explicit signer(jwt_algorithm algorithm, int rsa_bits = 2048);
    // HS256 with a secret of one's own.
    explicit signer(std::string secret) : algorithm_(jwt_algorithm::hs256), secret_(std::move(secret)) {}

    // The signature in base64url.
    std::string signature(std::string_view message) const;
    // A whole token; the header is as given, whatever it says.
    std::string token(std::string_view header, std::string_view claims) const;
    // With a header that is right.
    std::string token(std::string_view claims) const;

    std::string pem() const;
    std::string private_pem() const;
    std::string certificate() const;
    // As a member of a JWKS document, with `more` members (`,"kid":"a"`).
    std::string jwk(std::string_view more = {}) const;
    std::string secret() const { return secret_; }

private:
    jwt_algorithm algorithm_;
    std::shared_ptr<EVP_PKEY> key_;
    std::string secret_;
};

// One of each, made once.
const signer& hs256();
const signer& rs256();
const signer& es256();
const signer& eddsa();

std::string jwks(std::string_view keys);

// Of a document with keys, by way of a file.
result<jwt_verifier> verifier_of(std::string_view document, jwt_params settings = {});

// The reason, or "verified".
std::string outcome(const jwt_verifier& verifier, std::string_view token);

}   // namespace rediserve::access::test
