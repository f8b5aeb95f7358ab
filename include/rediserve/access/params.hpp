// Settings of access.
#pragma once

#include "rediserve/access/jwt.hpp"
#include "rediserve/access/networks.hpp"
#include "rediserve/access/principal.hpp"
#include "rediserve/access/rate.hpp"
#include "rediserve/base/digest.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace rediserve::access {

// A token, and who comes with it.
struct grant
{
    std::string token;
    principal who;
};

// A principal of the access file.
struct account
{
    principal who;
    bool names_backend = false;   // else it is given the server of redis.url
};

// A token of the access file: its digest only. `account` is an index into params::accounts here and below.
struct stored_token
{
    sha256_digest digest{};
    std::size_t account = 0;
    std::string name;   // for people: whose, or on which machine; may be empty
    std::chrono::system_clock::time_point expires = std::chrono::system_clock::time_point::max();
};

// What a client certificate bears: its subject ("CN=ci,O=Example") or a name of it ("DNS:…", "URI:…").
struct certificate_name
{
    std::string name;
    std::size_t account = 0;
};

// Somebody whose signature on a JWT is trusted.
struct issuer
{
    jwt_verifier verifier;
    std::size_t account = 0;
};

// As they are read, principals and rates_backend name servers by their place in the settings, redis.url's being 0; a process
// puts their numbers (server::number) in its place.
struct params
{
    std::string token;               // may do everything with the server of redis.url; empty: none
    std::string read_only_token;     // may only read from it; empty: none
    std::size_t backend = 0;         // the server of these two
    std::string srh_token_file;      // serverless-redis-http's, with more tokens; empty: none
    std::vector<grant> more;         // what it holds
    std::string file;                // the access file; empty: none
    std::vector<account> accounts;   // what it holds, as do the three below
    std::vector<stored_token> tokens;
    std::vector<certificate_name> certificates;
    std::vector<issuer> issuers;
    network_policy from;             // of every request
    networks proxies;                // that may say whom they speak for
    rate address_requests;           // of each client address
    std::string sealing_secret;      // for the tokens of Redis' users; empty: `token`
    bool insecure_no_auth = false;   // listen beyond loopback without credentials

    // The server that counts global rates, as principal::backend; nullopt: that of each principal.
    std::optional<std::size_t> rates_backend;

    // Whether nobody comes in without credentials. An access file guards even when it lets nobody in.
    bool guards() const noexcept { return has_plain_tokens() || !file.empty(); }
    // Whether there are tokens beside those of the access file.
    bool has_plain_tokens() const noexcept { return !token.empty() || !read_only_token.empty() || !more.empty(); }
};

}   // namespace rediserve::access
