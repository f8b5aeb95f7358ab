#include "access/jwt_keys.hpp"

#include "access/jwt_json.hpp"
#include "rediserve/base/bytes.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace rediserve::access {

namespace {

using nlohmann::json;

constexpr std::size_t most_keys = 32;   // each may have to be tried
constexpr std::size_t coordinate_length = 32;

error wrong(std::string what)
{
    return error(errc::bad_configuration, std::move(what));
}

// A member in base64url; nullopt: not there, or something else.
std::optional<std::string> bytes_member(const json& key, const char* name)
{
    const std::string_view text = text_member(key, name);
    if (text.empty())
        return std::nullopt;
    return base64url_decode(text);
}

const unsigned char* bytes_of(const std::string& text) noexcept
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

using param_list = openssl_ptr<OSSL_PARAM, OSSL_PARAM_free>;
using param_builder = openssl_ptr<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using big_number = openssl_ptr<BIGNUM, BN_free>;

public_key key_from(const char* kind, const param_builder& builder)
{
    const param_list list(OSSL_PARAM_BLD_to_param(builder.get()));
    const openssl_ptr<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
    EVP_PKEY* made = nullptr;
    const bool done = list && context && EVP_PKEY_fromdata_init(context.get()) == 1
        && EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, list.get()) == 1;
    public_key key(made);
    return done ? std::move(key) : nullptr;
}

public_key rsa_key(const json& of)
{
    const auto modulus = bytes_member(of, "n");
    const auto exponent = bytes_member(of, "e");
    if (!modulus || !exponent)
        return nullptr;
    const big_number n(BN_bin2bn(bytes_of(*modulus), static_cast<int>(modulus->size()), nullptr));
    const big_number e(BN_bin2bn(bytes_of(*exponent), static_cast<int>(exponent->size()), nullptr));
    const param_builder builder(OSSL_PARAM_BLD_new());
    if (!builder || !n || !e || BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) == 1
        || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1
        || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return nullptr;
    return key_from("RSA", builder);
}

public_key ec_key(const json& of)
{
    const auto x = bytes_member(of, "x");
    const auto y = bytes_member(of, "y");
    if (!x || !y || x->size() != coordinate_length || y->size() != coordinate_length)
        return nullptr;
    const std::string point = "\x04" + *x + *y;   // uncompressed (SEC 1, 2.3.3)
    const param_builder builder(OSSL_PARAM_BLD_new());
    if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1
        || OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
        return nullptr;
    return key_from("EC", builder);
}

public_key ed25519_key(const json& of)
{
    const auto x = bytes_member(of, "x");
    if (!x || x->size() != coordinate_length)
        return nullptr;
    return public_key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*x), x->size()));
}

// What a key of JWKS is for by its kind and curve; nullopt: nothing that is known here.
std::optional<jwt_algorithm> kind_of(const json& key)
{
    const std::string_view kind = text_member(key, "kty");
    const std::string_view curve = text_member(key, "crv");
    if (kind == "RSA")
        return jwt_algorithm::rs256;
    if (kind == "EC" && curve == "P-256")
        return jwt_algorithm::es256;
    if (kind == "OKP" && curve == "Ed25519")
        return jwt_algorithm::eddsa;
    if (kind == "oct")
        return jwt_algorithm::hs256;
    return std::nullopt;
}

bool may_verify(const json& key)
{
    const auto operations = key.find("key_ops");
    return operations == key.end()
        || (operations->is_array() && std::find(operations->begin(), operations->end(), "verify") != operations->end());
}

// Whether it is one of ours, or one to pass over: for encryption, or for an algorithm that is not known.
bool is_usable(const json& key)
{
    const auto kind = kind_of(key);
    if (!kind || !may_verify(key))
        return false;
    if (key.contains("use") && text_member(key, "use") != "sig")
        return false;
    return !key.contains("alg") || algorithm_of(text_member(key, "alg")) == kind;
}

result<jwt_key> make_key(const json& from)
{
    const jwt_algorithm kind = *kind_of(from);
    std::string id(text_member(from, "kid"));
    if (kind == jwt_algorithm::hs256) {
        auto secret = bytes_member(from, "k");
        if (!secret)
            return wrong("its member k is missing or wrong");
        return jwt_key::make_secret(std::move(id), std::move(*secret));
    }
    if (from.contains("d"))
        return wrong("it is a private key: only the public part belongs here");
    public_key key = kind == jwt_algorithm::rs256 ? rsa_key(from)
        : kind == jwt_algorithm::es256            ? ec_key(from)
                                                  : ed25519_key(from);
    ERR_clear_error();
    if (!key)
        return wrong("its numbers are missing or wrong");
    return jwt_key::make(std::move(id), std::move(key));
}

result<std::vector<jwt_key>> read_jwks(std::string_view document)
{
    const auto read = read_object(document);
    if (!read)
        return wrong("it is no JSON object, or says a thing twice");
    const auto listed = read->find("keys");
    if (listed == read->end() || !listed->is_array())
        return wrong("it has no array \"keys\"");
    std::vector<jwt_key> keys;
    for (std::size_t i = 0; i < listed->size(); ++i) {
        const json& one = (*listed)[i];
        if (!one.is_object())
            return wrong("key " + std::to_string(i + 1) + " is no object");
        if (!is_usable(one))
            continue;
        auto key = make_key(one);
        if (!key)
            return wrong("key " + std::to_string(i + 1) + ": " + key.error().detail);
        keys.push_back(std::move(*key));
    }
    return keys;
}

// Where OpenSSL would ask a person for a password.
int no_password(char*, int, int, void*)
{
    return -1;
}

public_key key_of_certificate(BIO* from)
{
    const openssl_ptr<X509, X509_free> certificate(PEM_read_bio_X509(from, nullptr, no_password, nullptr));
    return public_key(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
}

result<std::vector<jwt_key>> read_pem(std::string_view document)
{
    constexpr std::string_view begin = "-----BEGIN ";
    const std::size_t start = document.find(begin);
    if (start == std::string_view::npos)
        return wrong("it is neither a JWKS document nor PEM");
    if (document.find(begin, start + 1) != std::string_view::npos)
        return wrong("it has more than one PEM block: of several keys, make a JWKS document");
    const openssl_ptr<BIO, BIO_free> bytes(BIO_new_mem_buf(document.data(), static_cast<int>(document.size())));
    public_key key;
    if (document.substr(start + begin.size()).starts_with("CERTIFICATE-----"))
        key = key_of_certificate(bytes.get());
    else
        key.reset(PEM_read_bio_PUBKEY(bytes.get(), nullptr, no_password, nullptr));
    ERR_clear_error();
    if (!key)
        return wrong("its PEM block is no certificate and no public key (BEGIN PUBLIC KEY)");
    auto made = jwt_key::make({}, std::move(key));
    if (!made)
        return made.error();
    std::vector<jwt_key> keys;
    keys.push_back(std::move(*made));
    return keys;
}

result<std::vector<jwt_key>> load_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return wrong("cannot be read");
    const std::string document{std::istreambuf_iterator<char>(file), {}};
    if (file.bad())
        return wrong("cannot be read");
    return read_keys(document);
}

result<std::vector<jwt_key>> load_secret(const std::string& secret)
{
    auto made = jwt_key::make_secret({}, secret);
    if (!made)
        return made.error();
    std::vector<jwt_key> keys;
    keys.push_back(std::move(*made));
    return keys;
}

}   // namespace

result<std::vector<jwt_key>> read_keys(std::string_view document)
{
    const std::size_t first = document.find_first_not_of(" \t\r\n");
    const bool is_json = first != std::string_view::npos && document[first] == '{';
    auto keys = is_json ? read_jwks(document) : read_pem(document);
    if (!keys)
        return keys;
    if (keys->empty())
        return wrong("none of its keys is for signatures by RS256, ES256, EdDSA or HS256");
    if (keys->size() > most_keys)
        return wrong("it has more than " + std::to_string(most_keys) + " keys");
    return keys;
}

result<std::vector<jwt_key>> load_keys(const jwt_params& settings)
{
    if (settings.keys_file.empty() == settings.secret.empty())
        return wrong("tokens are verified by a file with keys or by a secret: exactly one of them");
    auto keys = settings.secret.empty() ? load_file(settings.keys_file) : load_secret(settings.secret);
    if (!keys) {
        if (settings.keys_file.empty())
            return keys;
        return wrong(settings.keys_file + ": " + keys.error().detail);
    }
    const auto& admitted = settings.algorithms;
    if (!admitted.empty())
        std::erase_if(*keys, [&](const jwt_key& key) {
            return std::find(admitted.begin(), admitted.end(), key.algorithm()) == admitted.end();
        });
    if (keys->empty())
        return wrong("no key is for an algorithm that is admitted");
    return keys;
}

}   // namespace rediserve::access
