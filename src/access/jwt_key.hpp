// One key, and the one algorithm it is for.
#pragma once

#include "rediserve/access/jwt.hpp"

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rediserve::access {

// Who frees what OpenSSL makes.
template <auto free_function>
struct openssl_free
{
    template <class T>
    void operator()(T* what) const noexcept
    {
        free_function(what);
    }
};

template <class T, auto free_function>
using openssl_ptr = std::unique_ptr<T, openssl_free<free_function>>;

using public_key = openssl_ptr<EVP_PKEY, EVP_PKEY_free>;

// The name of an algorithm in a token; nullopt: `none`, or another one that is not for us.
std::optional<jwt_algorithm> algorithm_of(std::string_view name) noexcept;
std::string_view name_of(jwt_algorithm algorithm) noexcept;

// Immutable; any thread.
class jwt_key
{
public:
    // errc::bad_configuration: too weak, or of a kind that is for none of the algorithms.
    static result<jwt_key> make(std::string id, public_key key);
    static result<jwt_key> make_secret(std::string id, std::string secret);

    jwt_algorithm algorithm() const noexcept { return algorithm_; }
    // Its `kid`; empty: it has none, and verifies whatever a token calls it.
    const std::string& id() const noexcept { return id_; }

    bool verify(std::string_view message, std::string_view signature) const;

private:
    jwt_key(jwt_algorithm algorithm, std::string id) : algorithm_(algorithm), id_(std::move(id)) {}

    jwt_algorithm algorithm_;
    std::string id_;
    public_key key_;   // nullptr: `secret_` is it
    std::string secret_;
};

}   // namespace rediserve::access
