#include "faults/standalone_group.hpp"

#include <filesystem>
#include <stdexcept>

namespace rediserve::test {

namespace {

using namespace std::chrono_literals;

// What it has written when it answers is in the kernel's hands: killing the process loses nothing of that.
std::vector<std::string> arguments(const std::string& password)
{
    return {
        "--appendonly",           "yes",   "--appendfsync", "no",     "--auto-aof-rewrite-min-size", "8mb",
        "--enable-debug-command", "local", "--requirepass", password,
    };
}

}   // namespace

standalone_group::standalone_group(way to)
{
    redis_server::options how{.tcp = true, .arguments = arguments(password_)};
    if (to == way::network) {
        network_ = std::make_unique<own_network>();
        how.entrance = network_->entrance();
    }
    if (to == way::name) {
        names_ = std::make_unique<own_host_names>("127.0.0.1 redis.test localhost\n");
        how.arguments.insert(how.arguments.end(), {"--bind", "127.0.0.1", "127.0.0.2"});
    }
    redis_ = std::make_unique<redis_server>(how);
    if (to == way::gate)
        gate_ = std::make_unique<tcp_gate>(redis_->port());
    wire_ = std::make_unique<redis_wire>(redis_->socket(), password_);
}

std::string standalone_group::url() const
{
    const auto port = gate_ ? gate_->port() : redis_->port();
    return "redis://:" + password_ + "@" + (names_ ? name : "127.0.0.1") + ":" + std::to_string(port);
}

std::vector<std::string> standalone_group::entrance() const
{
    if (network_)
        return network_->entrance();
    return names_ ? names_->entrance() : std::vector<std::string>{};
}

void standalone_group::await_info(const std::string& section, const std::string& words)
{
    if (!await([&] { return ask({"INFO", section})->find(words) != std::string::npos; }, 60s))
        throw std::runtime_error("Redis never says " + words);
}

void standalone_group::drop_connections()
{
    for (const char* type : {"normal", "pubsub"})
        ask({"CLIENT", "KILL", "TYPE", type});
}

void standalone_group::restart(const std::vector<std::string>& besides)
{
    auto more = besides;
    more.insert(more.end(), {"--requirepass", password_});
    redis_->restart(more);
    wire_ = std::make_unique<redis_wire>(redis_->socket(), password_);
}

void standalone_group::restart_empty()
{
    std::filesystem::remove_all(redis_->folder() / "appendonlydir");
    restart();
}

void standalone_group::rotate_password()
{
    password_ = password_ == "first" ? "second" : "first";
    ask({"CONFIG", "SET", "requirepass", password_});
    drop_connections();
}

}   // namespace rediserve::test
