#include "access/jwt_key.hpp"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/hmac.h>

#include <array>
#include <utility>

namespace rediserve::access {

namespace {

constexpr std::array<std::pair<std::string_view, jwt_algorithm>, 5> names = {{
    {"HS256", jwt_algorithm::hs256},
    {"RS256", jwt_algorithm::rs256},
    {"ES256", jwt_algorithm::es256},
    {"EdDSA", jwt_algorithm::eddsa},
    {"Ed25519", jwt_algorithm::eddsa},   // RFC 9864
}};

constexpr int least_rsa_bits = 2048;       // RFC 7518, 3.3
constexpr std::size_t least_secret = 32;   // RFC 7518, 3.2
constexpr std::size_t p256_coordinate = 32;
constexpr std::size_t sha256_length = 32;

const unsigned char* bytes_of(std::string_view text) noexcept
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool is_p256(const EVP_PKEY* key)
{
    std::array<char, 64> name{};
    std::size_t length = 0;
    return EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) == 1
        && (std::string_view(name.data()) == "prime256v1" || std::string_view(name.data()) == "P-256");
}

result<jwt_algorithm> algorithm_for(const EVP_PKEY* key)
{
    const int kind = EVP_PKEY_get_base_id(key);
    if (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) < least_rsa_bits)
        return error(errc::bad_configuration, "an RSA key must have 2048 bits or more");
    if (kind == EVP_PKEY_RSA)
        return jwt_algorithm::rs256;
    if (kind == EVP_PKEY_EC && is_p256(key))
        return jwt_algorithm::es256;
    if (kind == EVP_PKEY_ED25519)
        return jwt_algorithm::eddsa;
    return error(errc::bad_configuration, "the key is for no algorithm that is known: RSA, EC P-256 and Ed25519 are");
}

// The two numbers of an ECDSA signature as they are in tokens (RFC 7518, 3.4), as OpenSSL reads them; empty: wrong.
// Whether they are in range is OpenSSL's to say.
std::string der_of(std::string_view signature)
{
    if (signature.size() != 2 * p256_coordinate)
        return {};
    constexpr int length = static_cast<int>(p256_coordinate);
    openssl_ptr<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
    openssl_ptr<BIGNUM, BN_free> r(BN_bin2bn(bytes_of(signature), length, nullptr));
    openssl_ptr<BIGNUM, BN_free> s(BN_bin2bn(bytes_of(signature.substr(p256_coordinate)), length, nullptr));
    if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1)
        return {};
    r.release();
    s.release();
    unsigned char* encoded = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &encoded);
    if (size <= 0)
        return {};
    std::string der(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size));
    OPENSSL_free(encoded);
    return der;
}

bool verify_public(EVP_PKEY* key, const char* digest, std::string_view message, std::string_view signature)
{
    const openssl_ptr<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    const bool verified = context && !signature.empty()
        && EVP_DigestVerifyInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key, nullptr) == 1
        && EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size())
            == 1;
    // What is left in the thread's queue would be taken for an error of the next one who uses OpenSSL, a TLS
    // connection say.
    ERR_clear_error();
    return verified;
}

bool verify_secret(const std::string& secret, std::string_view message, std::string_view signature)
{
    std::array<unsigned char, sha256_length> expected{};
    const bool made = HMAC(
        EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(message), message.size(),
        expected.data(), nullptr
    );
    return made && signature.size() == expected.size()
        && CRYPTO_memcmp(expected.data(), signature.data(), expected.size()) == 0;
}

}   // namespace

std::optional<jwt_algorithm> algorithm_of(std::string_view name) noexcept
{
    for (const auto& [known, algorithm] : names)
        if (known == name)
            return algorithm;
    return std::nullopt;
}

std::string_view name_of(jwt_algorithm algorithm) noexcept
{
    for (const auto& [name, known] : names)
        if (known == algorithm)
            return name;
    return {};
}

result<jwt_key> jwt_key::make(std::string id, public_key key)
{
    const auto algorithm = algorithm_for(key.get());
    if (!algorithm)
        return algorithm.error();
    jwt_key made(*algorithm, std::move(id));
    made.key_ = std::move(key);
    return made;
}

result<jwt_key> jwt_key::make_secret(std::string id, std::string secret)
{
    if (secret.size() < least_secret)
        return error(errc::bad_configuration, "a secret for HS256 must have 32 bytes or more");
    if (secret.find("-----BEGIN") != std::string::npos)
        return error(errc::bad_configuration, "a PEM document is no secret for HS256");
    jwt_key made(jwt_algorithm::hs256, std::move(id));
    made.secret_ = std::move(secret);
    return made;
}

bool jwt_key::verify(std::string_view message, std::string_view signature) const
{
    switch (algorithm_) {
    case jwt_algorithm::hs256: return verify_secret(secret_, message, signature);
    case jwt_algorithm::rs256: return verify_public(key_.get(), "SHA256", message, signature);
    case jwt_algorithm::es256: return verify_public(key_.get(), "SHA256", message, der_of(signature));
    case jwt_algorithm::eddsa: return verify_public(key_.get(), nullptr, message, signature);
    }
    return false;
}

}   // namespace rediserve::access
