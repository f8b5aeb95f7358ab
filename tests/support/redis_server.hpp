// A private redis-server for one fixture.
#pragma once

#include "support/process.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rediserve::test {

class redis_server
{
public:
    struct options
    {
        bool tcp = false;                         // a free port of 127.0.0.1; else a unix socket only
        bool tls = false;                         // … with TLS only, for which the arguments bring the certificates
        std::string program = {};                 // empty: program()
        std::vector<std::string> arguments;       // more of redis-server's, e.g. "--maxmemory", "1mb"
        std::vector<std::string> entrance = {};   // what its command is run by, e.g. that of a network of its own
    };

    // Starts it and waits until it answers PING.
    redis_server();
    explicit redis_server(const options& how);

    std::string socket() const;   // path of the unix socket (always there)
    std::uint16_t port() const;   // 0 without tcp
    std::string url() const;      // "redis://127.0.0.1:port" with tcp, else "unix:///path"
    pid_t id() const;
    bool running() const;
    static std::string program();       // what REDISERVE_TEST_SERVER names, or else as PATH has it
    static std::string cli_program();   // as PATH has it

    std::filesystem::path folder() const { return folder_.path(); }   // where it keeps its data, if it does

    void kill();   // SIGKILL, waits
    // After kill(): the same socket and port again, with these arguments besides; waits until it answers. It is empty
    // unless the arguments have it keep its data; an append-only file is mended before (docs/idempotency.md says why).
    void restart(const std::vector<std::string>& besides = {});
    void freeze();   // SIGSTOP
    void thaw();     // SIGCONT

    // Runs one command with redis-cli; what it prints in raw form, without the last newline.
    std::string cli(const std::vector<std::string>& arguments) const;

private:
    void launch(const std::vector<std::string>& besides);
    void mend_file() const;

    options how_;
    temporary_folder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<process> process_;
};

}   // namespace rediserve::test
