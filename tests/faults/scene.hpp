// A gateway with its servers and its clients, on which a fault can be let loose.
#pragma once

#include "faults/witness.hpp"
#include "support/gateway.hpp"
#include "support/process.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::test {

// What is behind the gateway: one Redis, or several that belong together.
class backend_group
{
public:
    virtual ~backend_group() = default;
    // Where the gateway is told that it is.
    virtual std::string url() const = 0;
    // What the gateway's command is run by, e.g. the entrance of a network of its own. It is reached by a unix socket then.
    virtual std::vector<std::string> entrance() const { return {}; }
    // Straight from where the key is now; waits until it can be told.
    virtual std::optional<std::string> read(const std::string& key) = 0;
    virtual void publish(const std::string& channel, const std::string& message) = 0;
};

class scene
{
public:
    struct options
    {
        int clients = 16;
        std::chrono::milliseconds length{2000};            // of a fault, at least
        std::chrono::milliseconds command_timeout{1000};   // the gateway's
    };

    // Everything has been started, and clients are served. Throws std::runtime_error when that does not come about.
    scene(std::unique_ptr<backend_group> servers, const options& how);

    template <class Group>
    Group& servers()
    {
        return dynamic_cast<Group&>(*servers_);
    }
    gateway& rest() { return *gateway_; }
    witness& clients() { return *clients_; }
    const std::string& address() const noexcept { return address_; }
    std::chrono::milliseconds length() const noexcept { return how_.length; }

    // What clients have to be told because of the next fault: a part of how it is worded, or "".
    void expect(std::string_view wording);
    bool shown() const;
    // Lets the fault last: its length, and until clients were told what is expected. Does `meanwhile` again and again.
    void hold(const std::function<void()>& meanwhile = {});

    // Ends the gateway by this signal and starts it anew at the same address, with what the servers' URL is then. Clients
    // may lose connections without an answer meanwhile.
    void restart_gateway(int signal);

    struct figures
    {
        std::size_t descriptors = 0;
        std::size_t resident = 0;
    };
    // Of the gateway, while the clients rest: once the number of descriptors has stopped changing.
    figures settled();

private:
    void launch();
    long told_so_far() const;
    std::map<std::string, std::string> settings() const;

    options how_;
    temporary_folder folder_;
    std::unique_ptr<backend_group> servers_;
    std::string listen_;
    std::string address_;
    std::unique_ptr<gateway> gateway_;
    std::unique_ptr<witness> clients_;
    std::string expected_;
    long told_before_ = 0;
};

}   // namespace rediserve::test
