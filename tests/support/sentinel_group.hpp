// A private master with replicas, and the sentinels that watch over them, on free ports of 127.0.0.1.
#pragma once

#include "support/redis_server.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rediserve::test {

class sentinel_group
{
public:
    struct options
    {
        std::size_t replicas = 1;
        std::size_t sentinels = 1;
        std::chrono::milliseconds down_after{1000};       // of silence: the master is to be replaced
        std::vector<std::string> server_arguments = {};   // more of redis-server's, for each server of data
        std::vector<std::string> sentinel_lines = {};     // more of each sentinel's configuration
        std::vector<std::string> cli_arguments = {};      // what redis-cli needs to log in to a sentinel
        bool tls = false;                                 // everywhere; the arguments and lines bring the certificates
        std::string host = "127.0.0.1";                   // as the group knows its servers; must resolve to that
    };

    static constexpr const char* name = "mymaster";

    // Returns when every sentinel knows all others and all replicas.
    sentinel_group();
    explicit sentinel_group(const options& how);

    // "redis-sentinel://127.0.0.1:port,…/mymaster". With `login` ("user:password@") in front of the hosts.
    std::string url(const std::string& login = {}) const;

    // Servers of data, the first master being 0.
    redis_server& server(std::size_t index) { return *servers_[index]; }
    std::uint16_t port(std::size_t index) const { return servers_[index]->port(); }
    // Which of them says that it is the master and that a client would be sent to; servers that do not run are not asked.
    std::size_t master();
    void kill(std::size_t index) { servers_[index]->kill(); }
    // SENTINEL FAILOVER, and waits until the first sentinel that runs names another master.
    void fail_over();
    // Until `count` replicas of the master are in step with it.
    bool await_replicas(std::size_t count);

    std::uint16_t sentinel_port(std::size_t index) const { return sentinels_[index].port; }
    void kill_sentinel(std::size_t index);
    void freeze_sentinel(std::size_t index) const;
    void thaw_sentinel(std::size_t index) const;
    // After kill_sentinel(): on the same port, told that the master is server `master`, and nothing else.
    void restart_sentinel(std::size_t index, std::size_t master);
    // Its subscribers, as CLIENT LIST tells.
    std::size_t subscribers_of(std::size_t index) const;
    // One command with redis-cli; what it prints in raw form.
    std::string ask_sentinel(std::size_t index, const std::vector<std::string>& arguments) const;

private:
    struct sentinel
    {
        std::uint16_t port = 0;
        std::unique_ptr<temporary_folder> folder;
        std::unique_ptr<process> running;
    };

    void start_sentinel(sentinel& which, std::uint16_t master) const;
    bool is_complete(const sentinel& which) const;
    std::string ask(const sentinel& which, const std::vector<std::string>& arguments) const;
    void ask_any(const std::vector<std::string>& arguments) const;
    std::uint16_t named_master() const;

    options how_;
    std::vector<std::unique_ptr<redis_server>> servers_;
    std::vector<sentinel> sentinels_;
};

}   // namespace rediserve::test
