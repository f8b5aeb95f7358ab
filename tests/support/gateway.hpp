// The real binary, started for a test on free ports.
#pragma once

#include "support/http_client.hpp"
#include "support/process.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rediserve::test {

// Path of the rediserve binary under test: that of this build, or what REDISERVE_TEST_BINARY names.
std::string binary();

class gateway
{
public:
    // Starts `rediserve --listen 127.0.0.1:0 ARGUMENTS…` in an otherwise empty environment and waits until it
    // says where it listens. Throws std::runtime_error, with what it printed, when it ends instead.
    // `entrance` is what the command is run by, e.g. that of a network of its own; `descriptors` are those it has as 3 and on.
    explicit gateway(
        const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment = {},
        const std::vector<std::string>& entrance = {}, const std::vector<int>& descriptors = {}
    );

    std::string address() const { return urls_.front().substr(7); }   // "127.0.0.1:PORT"
    // Every listener as it announces itself: "http://127.0.0.1:PORT", "http://[::1]:PORT", "unix:/path".
    const std::vector<std::string>& urls() const noexcept { return urls_; }
    http_connection connect() const { return http_connection(address()); }
    // One request on a connection of its own.
    http_response request(
        std::string_view method, std::string_view target, std::string_view body = {},
        const std::vector<std::pair<std::string, std::string>>& headers = {}
    ) const;
    // Waits until /readyz says 200 (or, with `ready` false, 503).
    bool await_ready(bool ready = true, std::chrono::milliseconds within = std::chrono::seconds(10)) const;

    test::process& process() noexcept { return process_; }

private:
    test::process process_;
    std::vector<std::string> urls_;
};

}   // namespace rediserve::test
