#include "unit/access/jwt_signer.hpp"

#include "access/jwt_key.hpp"
#include "rediserve/base/bytes.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <utility>
#include <vector>

namespace rediserve::access::test {

namespace {

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const std::vector<unsigned char>& bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

EVP_PKEY* new_key(jwt_algorithm algorithm, int rsa_bits)
{
    switch (algorithm) {
    case jwt_algorithm::rs256: return EVP_RSA_gen(static_cast<unsigned>(rsa_bits));
    case jwt_algorithm::es256: return EVP_EC_gen("P-256");
    case jwt_algorithm::eddsa: return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    default: return nullptr;
    }
}

std::string number_of(EVP_PKEY* key, const char* name, int length)
{
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1)
        throw std::runtime_error(name);
    std::vector<unsigned char> bytes(static_cast<std::size_t>(length > 0 ? length : BN_num_bytes(number)));
    BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size()));
    BN_free(number);
    return base64url(text_of(bytes));
}

// r and s of 32 bytes each, out of OpenSSL's encoding.
std::string raw_signature(const std::vector<unsigned char>& der)
{
    const unsigned char* at = der.data();
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    std::vector<unsigned char> raw(64);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw.data(), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw.data() + 32, 32);
    ECDSA_SIG_free(pair);
    return text_of(raw);
}

std::string hmac(std::string_view secret, std::string_view message)
{
    std::vector<unsigned char> made(32);
    HMAC(
        EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(message), message.size(), made.data(),
        nullptr
    );
    return text_of(made);
}

template <class Write>
std::string pem_of(Write write)
{
    const openssl_ptr<BIO, BIO_free> to(BIO_new(BIO_s_mem()));
    write(to.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(to.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

}   // namespace

std::string base64url(std::string_view bytes)
{
    buffer to;
    append_base64(to, bytes);
    std::string text(to.view());
    while (text.ends_with('='))
        text.pop_back();
    for (char& c : text)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

std::string good_claims(std::string_view more)
{
    std::string claims = R"({"exp":)" + std::to_string(today_seconds + 3600);
    if (!more.empty())
        claims.append(",").append(more);
    return claims + "}";
}

signer::signer(jwt_algorithm algorithm, int rsa_bits)
    : algorithm_(algorithm), key_(new_key(algorithm, rsa_bits), EVP_PKEY_free)
{
    if (algorithm == jwt_algorithm::hs256)
        secret_ = "a secret for tests, and for nothing else";
}

std::string signer::signature(std::string_view message) const
{
    if (algorithm_ == jwt_algorithm::hs256)
        return base64url(hmac(secret_, message));
    const openssl_ptr<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    const char* digest = algorithm_ == jwt_algorithm::eddsa ? nullptr : "SHA256";
    EVP_DigestSignInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key_.get(), nullptr);
    std::vector<unsigned char> made(1024);
    std::size_t size = made.size();
    if (EVP_DigestSign(context.get(), made.data(), &size, bytes_of(message), message.size()) != 1)
        throw std::runtime_error("cannot sign");
    made.resize(size);
    return base64url(algorithm_ == jwt_algorithm::es256 ? raw_signature(made) : text_of(made));
}

std::string signer::token(std::string_view header, std::string_view claims) const
{
    const std::string message = base64url(header) + "." + base64url(claims);
    return message + "." + signature(message);
}

std::string signer::token(std::string_view claims) const
{
    return token(R"({"typ":"JWT","alg":")" + std::string(name_of(algorithm_)) + "\"}", claims);
}

std::string signer::pem() const
{
    return pem_of([&](BIO* to) { PEM_write_bio_PUBKEY(to, key_.get()); });
}

std::string signer::private_pem() const
{
    return pem_of([&](BIO* to) { PEM_write_bio_PrivateKey(to, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

std::string signer::certificate() const
{
    const openssl_ptr<X509, X509_free> made(X509_new());
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_NAME* name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, bytes_of("issuer.example"), -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    X509_set_pubkey(made.get(), key_.get());
    X509_sign(made.get(), key_.get(), algorithm_ == jwt_algorithm::eddsa ? nullptr : EVP_sha256());
    return pem_of([&](BIO* to) { PEM_write_bio_X509(to, made.get()); });
}

std::string signer::jwk(std::string_view more) const
{
    std::string made;
    if (algorithm_ == jwt_algorithm::hs256) {
        made = R"({"kty":"oct","k":")" + base64url(secret_) + "\"";
    } else if (algorithm_ == jwt_algorithm::rs256) {
        made = R"({"kty":"RSA","n":")" + number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")"
            + number_of(key_.get(), OSSL_PKEY_PARAM_RSA_E, 0) + "\"";
    } else if (algorithm_ == jwt_algorithm::es256) {
        made = R"({"kty":"EC","crv":"P-256","x":")" + number_of(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32) + R"(","y":")"
            + number_of(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32) + "\"";
    } else {
        std::vector<unsigned char> raw(32);
        std::size_t size = raw.size();
        EVP_PKEY_get_raw_public_key(key_.get(), raw.data(), &size);
        made = R"({"kty":"OKP","crv":"Ed25519","x":")" + base64url(text_of(raw)) + "\"";
    }
    return made.append(more) + "}";
}

const signer& hs256()
{
    static const signer the_one(jwt_algorithm::hs256);
    return the_one;
}

const signer& rs256()
{
    static const signer the_one(jwt_algorithm::rs256);
    return the_one;
}

const signer& es256()
{
    static const signer the_one(jwt_algorithm::es256);
    return the_one;
}

const signer& eddsa()
{
    static const signer the_one(jwt_algorithm::eddsa);
    return the_one;
}

std::string jwks(std::string_view keys)
{
    return R"({"keys":[)" + std::string(keys) + "]}";
}

result<jwt_verifier> verifier_of(std::string_view document, jwt_params settings)
{
    settings.keys_file = testing::TempDir() + "rediserve_keys_" + std::to_string(::getpid());
    std::ofstream(settings.keys_file, std::ios::binary) << document;
    auto made = jwt_verifier::make(settings);
    std::remove(settings.keys_file.c_str());
    return made;
}

std::string outcome(const jwt_verifier& verifier, std::string_view token)
{
    const auto verified = verifier.verify(token, today);
    return verified ? "verified" : verified.error().detail;
}

}   // namespace rediserve::access::test
