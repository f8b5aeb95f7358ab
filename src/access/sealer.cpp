#include "rediserve/access/sealer.hpp"

#include "rediserve/access/secret.hpp"
#include "rediserve/base/bytes.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

namespace rediserve::access {

namespace {

constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::size_t longest_token = 64 * 1024;
constexpr char version = 1;   // of what is sealed

struct free_cipher
{
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using cipher = std::unique_ptr<EVP_CIPHER_CTX, free_cipher>;

unsigned char* bytes(char* at) noexcept
{
    return reinterpret_cast<unsigned char*>(at);
}

const unsigned char* bytes(const char* at) noexcept
{
    return reinterpret_cast<const unsigned char*>(at);
}

// Of the process; what is sealed with it ends with the process.
const std::string& drawn_secret()
{
    static const std::string the_one = random_text(32);
    return the_one;
}

// ---- content as bytes: the version, then each text behind its length in four bytes -------------------------------------

void append_text(std::string& to, std::string_view text)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        to.push_back(static_cast<char>(text.size() >> shift & 0xFF));
    to.append(text);
}

std::optional<std::string> take_text(std::string_view& from)
{
    constexpr std::size_t width = 4;
    if (from.size() < width)
        return std::nullopt;
    std::size_t size = 0;
    for (const char c : from.substr(0, width))
        size = size << 8 | static_cast<unsigned char>(c);
    from.remove_prefix(width);
    if (from.size() < size)
        return std::nullopt;
    std::string text(from.substr(0, size));
    from.remove_prefix(size);
    return text;
}

std::string plain_of(const sealer::content& what)
{
    std::string made(1, version);
    append_text(made, what.issuer);
    append_text(made, what.user.user);
    append_text(made, what.user.password);
    return made;
}

std::optional<sealer::content> content_of(std::string_view plain)
{
    if (plain.empty() || plain.front() != version)
        return std::nullopt;
    plain.remove_prefix(1);
    auto issuer = take_text(plain);
    auto user = issuer ? take_text(plain) : std::nullopt;
    auto password = user ? take_text(plain) : std::nullopt;
    if (!password || !plain.empty())
        return std::nullopt;
    return sealer::content{std::move(*issuer), {std::move(*user), std::move(*password)}};
}

// ---- nonce, what is sealed, tag ------------------------------------------------------------------------------------

std::string encrypt(const sha256_digest& key, std::string_view plain)
{
    std::string made(nonce_bytes + plain.size() + tag_bytes, '\0');
    char* const nonce = made.data();
    char* const sealed = nonce + nonce_bytes;
    char* const tag = sealed + plain.size();
    int written = 0;
    const cipher with(EVP_CIPHER_CTX_new());
    const bool done = with && draw_random({nonce, nonce_bytes})
        && EVP_EncryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes(nonce)) == 1
        && EVP_EncryptUpdate(with.get(), bytes(sealed), &written, bytes(plain.data()), static_cast<int>(plain.size()))
            == 1
        && EVP_EncryptFinal_ex(with.get(), bytes(tag), &written) == 1
        && EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_bytes), tag) == 1;
    if (!done)
        throw std::runtime_error("cannot seal: no random numbers, or no AES-256-GCM");
    return made;
}

std::optional<std::string> decrypt(const sha256_digest& key, std::string_view sealed)
{
    if (sealed.size() < nonce_bytes + tag_bytes)
        return std::nullopt;
    const std::string_view nonce = sealed.substr(0, nonce_bytes);
    const std::string_view inner = sealed.substr(nonce_bytes, sealed.size() - nonce_bytes - tag_bytes);
    std::string tag(sealed.substr(sealed.size() - tag_bytes));
    std::string plain(inner.size(), '\0');
    std::array<unsigned char, tag_bytes> rest;
    int written = 0;
    const cipher with(EVP_CIPHER_CTX_new());
    const bool whole = with
        && EVP_DecryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, key.data(), bytes(nonce.data())) == 1
        && EVP_DecryptUpdate(
               with.get(), bytes(plain.data()), &written, bytes(inner.data()), static_cast<int>(inner.size())
           ) == 1
        && EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_bytes), tag.data()) == 1
        && EVP_DecryptFinal_ex(with.get(), rest.data(), &written) == 1;
    if (!whole)
        return std::nullopt;
    return plain;
}

}   // namespace

sealer::sealer(std::string_view secret)
    : key_(hmac_sha256(secret.empty() ? drawn_secret() : secret, "rediserve: tokens for users of Redis, 1"))
{}

std::string sealer::seal(const content& what) const
{
    return std::string(mark) + base64url(encrypt(key_, plain_of(what)));
}

std::optional<sealer::content> sealer::open(std::string_view token) const
{
    if (!made(token) || token.size() > longest_token)
        return std::nullopt;
    const auto sealed = base64url_decode(token.substr(mark.size()));
    const auto plain = sealed ? decrypt(key_, *sealed) : std::nullopt;
    return plain ? content_of(*plain) : std::nullopt;
}

}   // namespace rediserve::access
