// The keys of session tickets: made anew by time, the ones before still good for a while.
#pragma once

#include "rediserve/base/openssl.hpp"

#include <array>
#include <chrono>
#include <mutex>
#include <optional>

namespace rediserve::http {

struct ticket_key
{
    std::array<unsigned char, 16> name{};   // by which a ticket says which one it was sealed with
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> seal{};
};

// Who has a key reads what was said with its tickets (by TLS 1.2 from the first byte on), so none lives longer than two
// periods. Shared by the threads: a lock is nothing beside a handshake.
class ticket_keys
{
public:
    using time = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::hours period{12};

    // The key for new tickets; nullopt: the system has no random numbers.
    std::optional<ticket_key> newest(time now);

    struct found
    {
        ticket_key key;
        bool newest = true;   // false: the client should get a ticket of the newest one
    };
    // Which key a ticket was sealed with; nullopt: none that is still good.
    std::optional<found> find(const unsigned char* name, time now);

private:
    bool renew(time now);

    std::mutex guard_;
    std::optional<ticket_key> newest_;
    std::optional<ticket_key> before_;
    time made_;   // of the newest
};

// Has `context` seal its tickets with `keys`, which must live longer. False: OpenSSL cannot.
bool use_ticket_keys(ssl_ctx_st* context, ticket_keys& keys) noexcept;

}   // namespace rediserve::http
