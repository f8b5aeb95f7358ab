#include "support/redis_server.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace rediserve::test {

namespace {

constexpr int launches = 5;   // the port may be taken between choosing and binding it

// The first of both names that PATH has: Valkey is as good a server to test with.
std::string find_program(const std::string& preferred, const std::string& other)
{
    for (const auto& name : {preferred, other}) {
        const char* path = std::getenv("PATH");
        std::istringstream folders(path != nullptr ? path : "/usr/bin:/bin");
        std::string folder;
        while (std::getline(folders, folder, ':')) {
            auto program = std::filesystem::path(folder) / name;
            if (::access(program.c_str(), X_OK) == 0)
                return program.string();
        }
    }
    throw std::runtime_error("neither " + preferred + " nor " + other + " is installed");
}

// How it begins, or 0.
char answer_to_ping(const std::string& path)
{
    int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
    timeval limit{1, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    char reply = 0;
    if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
        constexpr std::string_view ping = "PING\r\n";
        if (::send(descriptor, ping.data(), ping.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(ping.size()))
            ::recv(descriptor, &reply, 1, 0);
    }
    ::close(descriptor);
    return reply;
}

// Any reply will do: a server that wants a password answers too.
bool answers_ping(const std::string& path)
{
    return answer_to_ping(path) != 0;
}

}   // namespace

redis_server::redis_server() : redis_server(options{}) {}

redis_server::redis_server(const options& how) : how_(how)
{
    launch({});
}

std::string redis_server::socket() const
{
    return (folder_.path() / "redis.sock").string();
}

std::uint16_t redis_server::port() const
{
    return port_;
}

std::string redis_server::url() const
{
    if (port_ != 0)
        return "redis://127.0.0.1:" + std::to_string(port_);
    return "unix://" + socket();
}

pid_t redis_server::id() const
{
    return process_->id();
}

bool redis_server::running() const
{
    return process_->running();
}

std::string redis_server::program()
{
    if (const char* const named = std::getenv("REDISERVE_TEST_SERVER"); named != nullptr && *named != '\0')
        return named;
    return find_program("redis-server", "valkey-server");
}

std::string redis_server::cli_program()
{
    return find_program("redis-cli", "valkey-cli");
}

void redis_server::launch(const std::vector<std::string>& besides)
{
    bool choose_port = how_.tcp && port_ == 0;
    std::string output;
    for (int tries = 0; tries < launches; ++tries) {
        if (choose_port)
            port_ = free_port();
        process::options start;
        start.command = how_.entrance;
        const std::vector<std::string> own = {
            how_.program.empty() ? program() : how_.program,
            how_.tls ? "--tls-port" : "--port",
            std::to_string(port_),
            "--bind",
            "127.0.0.1",
            "--unixsocket",
            socket(),
            "--dir",
            folder_.path().string(),
            "--save",
            "",
            "--appendonly",
            "no",
        };
        const std::vector<std::string> no_plain =
            how_.tls ? std::vector<std::string>{"--port", "0"} : std::vector<std::string>();
        for (const std::vector<std::string>* more : {&own, &no_plain, &std::as_const(how_.arguments), &besides})
            start.command.insert(start.command.end(), more->begin(), more->end());
        process_ = std::make_unique<process>(start);
        await([this] { return !process_->running() || answers_ping(socket()); }, std::chrono::seconds(20));
        if (process_->running() && answers_ping(socket()))
            return;
        output = process_->output();
    }
    throw std::runtime_error("redis-server does not start:\n" + output);
}

void redis_server::kill()
{
    process_->signal(SIGKILL);
    process_->wait();
}

void redis_server::restart(const std::vector<std::string>& besides)
{
    mend_file();
    launch(besides);
}

void redis_server::mend_file() const
{
    if (!std::filesystem::exists(folder() / "appendonlydir"))
        return;
    const auto apart = (folder() / "mending.sock").string();
    process::options start;
    start.command = {program(),         "--port", "0", "--unixsocket", apart, "--dir",
                     folder().string(), "--save", "",  "--appendonly", "yes"};
    process mending(start);
    const bool loaded = await([&] { return answer_to_ping(apart) == '+'; }, std::chrono::seconds(20));
    mending.signal(SIGTERM);
    if (mending.wait() != 0 || !loaded)
        throw std::runtime_error("the append-only file cannot be mended:\n" + mending.output());
}

void redis_server::freeze()
{
    process_->signal(SIGSTOP);
}

void redis_server::thaw()
{
    process_->signal(SIGCONT);
}

std::string redis_server::cli(const std::vector<std::string>& arguments) const
{
    process::options start;
    start.command = {cli_program(), "--raw", "-s", socket()};
    start.command.insert(start.command.end(), arguments.begin(), arguments.end());
    process client(start);
    if (!client.wait())
        throw std::runtime_error("redis-cli does not end");
    auto output = client.output();
    if (output.ends_with('\n'))
        output.pop_back();
    return output;
}

}   // namespace rediserve::test
