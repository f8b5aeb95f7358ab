#include "rediserve/base/digest.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED   // for SHA1_Init and its kin
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace rediserve {

namespace {

struct free_context
{
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

struct free_digest
{
    void operator()(EVP_MD* digest) const noexcept { EVP_MD_free(digest); }
};

// Looking an algorithm up costs OpenSSL 3 more than hashing a short value, so each thread does it once.
class hasher
{
public:
    explicit hasher(const char* algorithm)
        : digest_(EVP_MD_fetch(nullptr, algorithm, nullptr)), context_(EVP_MD_CTX_new())
    {
        if (!digest_ || !context_)
            throw std::bad_alloc();
    }

    void operator()(std::string_view bytes, unsigned char* to)
    {
        if (!EVP_DigestInit_ex2(context_.get(), digest_.get(), nullptr)
            || !EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size())
            || !EVP_DigestFinal_ex(context_.get(), to, nullptr))
            throw std::bad_alloc();
    }

private:
    std::unique_ptr<EVP_MD, free_digest> digest_;
    std::unique_ptr<EVP_MD_CTX, free_context> context_;
};

// Every request's token comes by here: what CRYPTO_memcmp does, but by words, which takes a sixth of the instructions. That
// what differs must be stored each time keeps the compiler from leaving early.
bool same_bytes(const void* a, const void* b, std::size_t size) noexcept
{
    volatile std::uint64_t differs = 0;
    const auto compare = [&](std::size_t from, std::size_t count) {
        std::uint64_t of_a = 0;
        std::uint64_t of_b = 0;
        std::memcpy(&of_a, static_cast<const char*>(a) + from, count);
        std::memcpy(&of_b, static_cast<const char*>(b) + from, count);
        differs = differs | (of_a ^ of_b);
    };
    std::size_t at = 0;
    for (; size - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t))
        compare(at, sizeof(std::uint64_t));
    compare(at, size - at);
    return differs == 0;
}

}   // namespace

// By the old interface: setting EVP's up again for every message costs more than hashing a short one does.
sha1_digest sha1(std::string_view bytes)
{
    SHA_CTX state;
    sha1_digest digest;
    SHA1_Init(&state);
    SHA1_Update(&state, bytes.data(), bytes.size());
    SHA1_Final(digest.data(), &state);
    return digest;
}

sha256_digest sha256(std::string_view bytes)
{
    static thread_local hasher hash("SHA256");
    sha256_digest digest;
    hash(bytes, digest.data());
    return digest;
}

sha256_digest hmac_sha256(std::string_view key, std::string_view bytes)
{
    const auto* const from = reinterpret_cast<const unsigned char*>(bytes.data());
    sha256_digest digest;
    if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), from, bytes.size(), digest.data(), nullptr))
        throw std::bad_alloc();
    return digest;
}

bool draw_random(std::span<char> to) noexcept
{
    return RAND_bytes(reinterpret_cast<unsigned char*>(to.data()), static_cast<int>(to.size())) == 1;
}

void to_hex(const unsigned char* bytes, std::size_t count, char* to) noexcept
{
    constexpr char digits[] = "0123456789abcdef";
    for (std::size_t i = 0; i < count; ++i) {
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
}

bool equal_constant_time(const sha256_digest& a, const sha256_digest& b) noexcept
{
    return same_bytes(a.data(), b.data(), a.size());
}

bool equal_constant_time(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() && same_bytes(a.data(), b.data(), a.size());
}

}   // namespace rediserve
