#include "http/ticket_keys.hpp"

#include "rediserve/base/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <span>
#include <utility>

namespace rediserve::http {

namespace {

bool draw(auto& bytes) noexcept
{
    return draw_random({reinterpret_cast<char*>(bytes.data()), bytes.size()});
}

bool is_named(const std::optional<ticket_key>& key, const unsigned char* name) noexcept
{
    return key && std::ranges::equal(key->name, std::span(name, key->name.size()));
}

bool set_seal(EVP_MAC_CTX* to, ticket_key& with) noexcept
{
    char digest[] = "SHA256";
    const std::array<OSSL_PARAM, 3> settings = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, with.seal.data(), with.seal.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(to, settings.data()) == 1;
}

constexpr int failed = -1;   // SSL_CTX_set_tlsext_ticket_key_evp_cb(3)
constexpr int no_ticket = 0;
constexpr int good = 1;
constexpr int good_but_old = 2;

int seal(ticket_keys& keys, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac)
{
    auto with = keys.newest(std::chrono::steady_clock::now());
    if (!with)
        return no_ticket;
    std::ranges::copy(with->name, name);
    const EVP_CIPHER* const kind = EVP_aes_256_cbc();
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(kind)) != 1)
        return failed;
    const bool done = EVP_EncryptInit_ex2(cipher, kind, with->cipher.data(), iv, nullptr) == 1 && set_seal(mac, *with);
    return done ? good : failed;
}

int unseal(ticket_keys& keys, const unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac)
{
    auto with = keys.find(name, std::chrono::steady_clock::now());
    if (!with)
        return no_ticket;
    const bool done = EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), with->key.cipher.data(), iv, nullptr) == 1
        && set_seal(mac, with->key);
    if (!done)
        return failed;
    return with->newest ? good : good_but_old;
}

int on_ticket(
    SSL* session, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing
)
{
    auto& keys = *static_cast<ticket_keys*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(session)));
    return sealing ? seal(keys, name, iv, cipher, mac) : unseal(keys, name, iv, cipher, mac);
}

}   // namespace

std::optional<ticket_key> ticket_keys::newest(time now)
{
    const std::lock_guard lock(guard_);
    return renew(now) ? newest_ : std::nullopt;
}

std::optional<ticket_keys::found> ticket_keys::find(const unsigned char* name, time now)
{
    const std::lock_guard lock(guard_);
    if (!renew(now))
        return {};
    if (is_named(newest_, name))
        return found{*newest_, true};
    if (is_named(before_, name))
        return found{*before_, false};
    return {};
}

// After two periods without any handshake the newest one is as old as the one before may get.
bool ticket_keys::renew(time now)
{
    if (newest_ && now < made_ + period)
        return true;
    ticket_key made;
    if (!draw(made.name) || !draw(made.cipher) || !draw(made.seal))
        return false;
    before_ = now < made_ + 2 * period ? std::exchange(newest_, made) : std::nullopt;
    newest_ = made;
    made_ = now;
    return true;
}

bool use_ticket_keys(ssl_ctx_st* context, ticket_keys& keys) noexcept
{
    return SSL_CTX_set_app_data(context, &keys) == 1 && SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket) == 1;
}

}   // namespace rediserve::http
