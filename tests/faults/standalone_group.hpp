// One Redis behind the gateway, with what can be done to it and to the way there.
#pragma once

#include "faults/scene.hpp"
#include "support/isolation.hpp"
#include "support/redis_server.hpp"
#include "support/redis_wire.hpp"
#include "support/tcp_gate.hpp"

#include <memory>

namespace rediserve::test {

class standalone_group : public backend_group
{
public:
    enum class way : std::uint8_t {
        direct,
        gate,      // through a tcp_gate
        network,   // both in a network of their own
        name,      // by a name that a file has, and that is 127.0.0.1 at first; Redis listens on 127.0.0.2 as well
    };

    // It keeps its data over a restart, and wants a password.
    explicit standalone_group(way to);

    std::string url() const override;
    std::vector<std::string> entrance() const override;
    std::optional<std::string> read(const std::string& key) override { return ask({"GET", key}); }
    void publish(const std::string& channel, const std::string& message) override
    {
        ask({"PUBLISH", channel, message});
    }

    redis_server& redis() { return *redis_; }
    tcp_gate& gate() { return *gate_; }
    own_network& network() { return *network_; }
    own_host_names& names() { return *names_; }
    static constexpr const char* name = "redis.test";

    // A command behind the gateway's back.
    std::optional<std::string> ask(const std::vector<std::string>& command) { return wire_->ask(command); }
    // Waits until INFO says so: "aof_rewrite_in_progress:0".
    void await_info(const std::string& section, const std::string& words);
    // Ends the connections of everybody else.
    void drop_connections();
    // After redis().kill(), or without its data.
    void restart(const std::vector<std::string>& besides = {});
    void restart_empty();
    // Has it ask for another password from now on, those too who are connected.
    void rotate_password();

private:
    std::string password_ = "first";
    std::unique_ptr<own_network> network_;
    std::unique_ptr<own_host_names> names_;
    std::unique_ptr<redis_server> redis_;
    std::unique_ptr<tcp_gate> gate_;
    std::unique_ptr<redis_wire> wire_;
};

}   // namespace rediserve::test
