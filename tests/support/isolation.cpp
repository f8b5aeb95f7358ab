#include "support/isolation.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace rediserve::test {

namespace {

bool is_root()
{
    return ::geteuid() == 0;
}

std::string network_of(const std::string& process)
{
    std::error_code failed;
    return std::filesystem::read_symlink("/proc/" + process + "/ns/net", failed).string();
}

std::vector<std::string> joined(std::vector<std::string> first, const std::vector<std::string>& then)
{
    first.insert(first.end(), then.begin(), then.end());
    return first;
}

// What a command that ends by itself says when it fails, or "".
std::string complaint_of(const std::vector<std::string>& command)
{
    process one({.command = command, .environment = {}});
    const auto code = one.wait();
    if (code == 0)
        return {};
    auto said = one.output();
    while (said.ends_with('\n'))
        said.pop_back();
    return command.back() + " fails: " + (said.empty() ? "no such program, or not permitted" : said);
}

}   // namespace

std::string own_network::why_not()
{
    try {
        const own_network trial;
        trial.run({"iptables", "-A", "INPUT", "-p", "tcp", "--dport", "1", "-j", "DROP"});
        return {};
    } catch (const std::exception& failed) {
        return std::string("no network of its own with iptables: ") + failed.what();
    }
}

own_network::own_network()
{
    std::vector<std::string> command{"unshare", "--net"};
    if (!is_root())
        command = {"unshare", "--user", "--map-root-user", "--net"};
    holder_ = std::make_unique<process>(process::options{
        .command = joined(command, {"sleep", "infinity"}), .environment = {}});
    const auto id = std::to_string(holder_->id());
    if (!await([&] { return !holder_->running() || network_of(id) != network_of("self"); }) || !holder_->running())
        throw std::runtime_error("unshare fails: " + holder_->output());
    run({"ip", "link", "set", "lo", "up"});
}

std::vector<std::string> own_network::entrance() const
{
    std::vector<std::string> prefix{"nsenter", "--target", std::to_string(holder_->id()), "--net"};
    if (!is_root())
        prefix = joined(std::move(prefix), {"--user", "--preserve-credentials"});
    prefix.emplace_back("--");
    return prefix;
}

void own_network::run(const std::vector<std::string>& command) const
{
    if (const auto complaint = complaint_of(joined(entrance(), command)); !complaint.empty())
        throw std::runtime_error(command.front() + ": " + complaint);
}

std::string own_host_names::why_not()
{
    const own_host_names trial("127.0.0.1 localhost\n");
    const auto complaint = complaint_of(joined(trial.entrance(), {"true"}));
    return complaint.empty() ? complaint : "no file of host names of its own: " + complaint;
}

std::vector<std::string> own_host_names::entrance() const
{
    std::vector<std::string> prefix{"unshare", "--mount"};
    if (!is_root())
        prefix = {"unshare", "--user", "--map-root-user", "--mount"};
    return joined(std::move(prefix), {"sh", "-c", R"(mount --bind "$0" /etc/hosts && exec "$@")", path()});
}

// In place: it is the file itself that is mounted.
void own_host_names::write(const std::string& text)
{
    std::ofstream(path(), std::ios::trunc) << text;
}

}   // namespace rediserve::test
