// Parts of the machine that a test has for itself: a network, a file of host names. Nothing outside notices.
#pragma once

#include "support/process.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rediserve::test {

// A network namespace with a loopback device. 127.0.0.1 in it is another one: what is inside is reached by unix sockets.
class own_network
{
public:
    // Why this machine cannot have one with packet filters, or "".
    static std::string why_not();

    own_network();

    // In front of a command, has it run inside.
    std::vector<std::string> entrance() const;
    // Runs a command inside, as root there; throws std::runtime_error, with what it printed, when it fails.
    void run(const std::vector<std::string>& command) const;

private:
    std::unique_ptr<process> holder_;
};

// A file of host names that only those see who are started by its entrance.
class own_host_names
{
public:
    static std::string why_not();

    explicit own_host_names(const std::string& text) { write(text); }

    std::vector<std::string> entrance() const;
    // Seen from the next look-up on.
    void write(const std::string& text);

private:
    std::string path() const { return (folder_.path() / "hosts").string(); }

    temporary_folder folder_;
};

}   // namespace rediserve::test
