// A private cluster of redis-servers for one test suite.
#pragma once

#include "support/redis_server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::test {

// Nodes have numbers: first the primaries, in the order of their slots, then the replicas of the first of these, and so on, then
// those that were added. Shards have the numbers of their first primaries.
//
// It takes two seconds to start, so start it once for all tests of a suite, and leave it as it was found. Everything throws
// std::runtime_error when it does not work.
class redis_cluster
{
public:
    struct options
    {
        std::size_t primaries = 3;
        std::size_t replicas = 0;   // of each
        std::chrono::milliseconds node_timeout{1000};
        std::string program = {};                  // empty: the one that PATH has
        std::string password = {};                 // of the default user
        bool tls = false;                          // TLS only, with a certificate of its own
        std::vector<std::string> arguments = {};   // more of redis-server's, for every node
    };

    // Starts it and waits until every node says that it is well.
    redis_cluster();
    explicit redis_cluster(const options& how);
    ~redis_cluster();
    redis_cluster(const redis_cluster&) = delete;
    redis_cluster& operator=(const redis_cluster&) = delete;

    std::string seeds() const;   // "127.0.0.1:7000,127.0.0.1:7001": all nodes that were not removed
    std::string url() const;     // "redis-cluster://127.0.0.1:7000,127.0.0.1:7001", rediss-cluster with TLS
    std::size_t size() const;    // nodes that there ever were
    std::uint16_t port(std::size_t node) const;
    const std::string& id(std::size_t node) const;
    std::string ca_file() const;   // that of the certificate, which is for localhost and 127.0.0.1
    pid_t process_id(std::size_t node) const;

    // Runs one command with redis-cli; what it prints in raw form, without the last newline.
    std::string cli(std::size_t node, const std::vector<std::string>& arguments) const;
    // The same without a program, for what is asked often. An error is a text like others.
    std::string ask(std::size_t node, const std::vector<std::string>& words) const;

    // Who is who now.
    std::size_t primary(std::size_t shard) const;
    std::size_t replica(std::size_t shard) const;   // the first one that is up
    std::uint16_t slot(std::string_view key) const;
    std::size_t owner(std::uint16_t slot) const;

    // Waits until all nodes that are up are well and say the same about who is who.
    void await_healthy() const;

    // None of these waits for what the cluster makes of it; await_healthy() does.
    void kill(std::size_t node);      // SIGKILL
    void restart(std::size_t node);   // after kill(): in the same place, without data, with what it knew of the cluster
    void freeze(std::size_t node);    // SIGSTOP
    void thaw(std::size_t node);      // SIGCONT

    // A replica becomes primary: in agreement with the primary if that is up. Waits until all agree.
    void fail_over(std::size_t shard);

    // A slot on its way. Between begin and end its keys are on both nodes: where move_key() has put them.
    void begin_migration(std::uint16_t slot, std::size_t to);
    void move_key(std::string_view key);
    void move_keys(std::uint16_t slot);          // all that are there
    void end_migration(std::uint16_t slot);      // moves those that are left; waits until all agree
    void cancel_migration(std::uint16_t slot);   // moves those that are gone back
    void move_slot(std::uint16_t slot, std::size_t to);

    // A primary without slots; waits until all know it.
    std::size_t add_node();
    // Moves its slots to the first primary that is another one, and ends it. It must have no replicas.
    void remove_node(std::size_t node);

private:
    struct member
    {
        std::unique_ptr<redis_server> server;
        std::uint16_t port = 0;
        std::uint16_t bus_port = 0;
        std::string id;
        bool up = true;
        bool removed = false;
    };
    struct passage
    {
        std::size_t from;
        std::size_t to;
    };
    struct line;   // of CLUSTER NODES

    member launch();
    void make_certificate() const;
    std::uint16_t unused_port();
    void found();
    void expect_ok(std::size_t node, const std::vector<std::string>& words) const;
    void meet(std::size_t node);
    void replicate(std::size_t node, std::size_t of);
    void transfer(std::size_t from, std::size_t to, std::vector<std::string> keys) const;
    void transfer_all(std::uint16_t slot, std::size_t from, std::size_t to) const;
    std::vector<line> lines(std::size_t node) const;
    std::string picture(std::size_t node) const;
    std::string complaint() const;
    std::vector<std::size_t> members(std::size_t shard) const;
    std::vector<std::size_t> all_up() const;

    options how_;
    temporary_folder folder_;
    std::set<std::uint16_t> ports_;
    std::vector<member> nodes_;
    std::map<std::uint16_t, passage> migrations_;   // by slot
};

}   // namespace rediserve::test
