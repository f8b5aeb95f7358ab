// Settings of the backend.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rediserve::redis {

enum class transport : std::uint8_t { tcp, tls, unix_socket };

// What stands behind an address: one server, a group that sentinels watch, or a cluster.
enum class topology : std::uint8_t { standalone, sentinel, cluster };

// Where a server listens, over TCP or TLS.
struct place
{
    std::string host;   // name or address; without brackets for IPv6
    std::uint16_t port = 0;

    bool operator==(const place&) const = default;
};

// Where servers are and how to log in: the parts of a redis://, rediss://, unix://, redis-sentinel:// or redis-cluster:// URL.
struct address
{
    redis::transport transport = transport::tcp;
    std::string host = "127.0.0.1";   // name or address; without brackets for IPv6; of the first seed, if there are any
    std::uint16_t port = 6379;
    std::string path;       // of the socket, for unix_socket
    std::string user;       // empty: the default user
    std::string password;   // empty: none
    unsigned database = 0;
    redis::topology topology = topology::standalone;
    std::vector<place> seeds;   // sentinels, or nodes of the cluster: some of them, at least one; standalone: none
    std::string master;         // what the sentinels call the group

    bool operator==(const address&) const = default;
};

// Who logs in to a server.
struct login
{
    std::string user;
    std::string password;

    bool operator==(const login&) const = default;
};

struct tls_params
{
    std::string ca_file;            // PEM; empty: the system's authorities
    std::string certificate_file;   // PEM, for mutual TLS; empty: none
    std::string key_file;           // PEM
    std::string server_name;        // SNI and name to verify; empty: the address' host
    bool insecure = false;          // do not verify the server at all

    bool operator==(const tls_params&) const = default;
};

// How many batches of commands may be with a server at a time, for each thread.
struct concurrency
{
    bool adapts = true;     // as many as it answers without delay
    std::size_t most = 0;   // else this many; 0: any number

    bool operator==(const concurrency&) const = default;
};

struct params
{
    redis::address address;
    login sentinel;   // for sentinels, which have logins of their own; without a password: none
    std::vector<std::pair<place, place>> node_map;   // where a place that sentinels and nodes announce is, from here
    tls_params tls;
    std::string client_name = "rediserve";   // CLIENT SETNAME; empty: not sent
    std::size_t shared_connections = 2;      // per shard
    std::size_t leased_connections = 16;     // per shard, at most
    std::size_t lease_queue = 64;            // waiting leases per shard, at most
    std::chrono::milliseconds lease_timeout{5000};
    std::chrono::milliseconds lease_idle{30000};   // an unused leased connection is closed after this
    std::chrono::milliseconds connect_timeout{2000};
    std::chrono::milliseconds command_timeout{5000};
    std::chrono::milliseconds backoff_first{20};
    std::chrono::milliseconds backoff_max{500};
    std::size_t queue_commands = 16384;                 // per shared connection: queued and awaiting a reply
    std::size_t queue_bytes = std::size_t{256} << 20;   // per shared connection
    redis::concurrency concurrency;
    std::size_t reply_bytes = 0;   // of the replies to one batch of a request; 0: any
    bool reads_replicas = false;   // what requests read that do not say from where
    bool cluster_node = false;     // it is one of many, each with data of its own
    bool replica = false;          // it is a replica, and read from
    bool guest = false;            // the login is a client's: it may be wrong, and may not be allowed to MULTI
    bool resp3 = false;            // connections speak RESP3; of a sibling of the backend that all others use

    // The same, spoken to in RESP3 (docs/adr/0002-resp2-on-shared-connections.md).
    params in_resp3() const
    {
        params made = *this;
        made.resp3 = true;
        return made;
    }

    // Whether it is this backend that tells how the server is doing.
    bool tells() const noexcept { return !guest && !replica && !resp3; }

    bool operator==(const params&) const = default;
};

}   // namespace rediserve::redis
