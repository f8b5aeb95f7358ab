#include "support/sentinel_group.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace rediserve::test {

namespace {

constexpr std::chrono::seconds start_limit{30};
constexpr std::chrono::seconds failover_limit{60};

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream from(text);
    for (std::string line; std::getline(from, line);)
        lines.push_back(line);
    return lines;
}

// Of a reply that lists names and values in turn.
std::string value_in(const std::string& reply, const std::string& name)
{
    const auto lines = lines_of(reply);
    const auto at = std::find(lines.begin(), lines.end(), name);
    return at == lines.end() || at + 1 == lines.end() ? std::string() : *(at + 1);
}

}   // namespace

sentinel_group::sentinel_group() : sentinel_group(options{}) {}

sentinel_group::sentinel_group(const options& how) : how_(how)
{
    for (std::size_t number = 0; number <= how.replicas; ++number) {
        redis_server::options server{.tcp = true, .tls = how.tls, .arguments = {"--repl-diskless-sync-delay", "0"}};
        if (number > 0)
            server.arguments.insert(
                server.arguments.end(), {"--replicaof", how.host + " " + std::to_string(servers_[0]->port())}
            );
        server.arguments.insert(server.arguments.end(), how.server_arguments.begin(), how.server_arguments.end());
        servers_.push_back(std::make_unique<redis_server>(server));
    }
    if (!await_replicas(how.replicas))
        throw std::runtime_error("the replicas do not find their master");
    sentinels_.resize(how.sentinels);
    for (sentinel& each : sentinels_)
        start_sentinel(each, servers_[0]->port());
    for (const sentinel& each : sentinels_)
        if (!await([&] { return is_complete(each); }, start_limit))
            throw std::runtime_error("the sentinels do not find each other:\n" + each.running->output());
}

void sentinel_group::start_sentinel(sentinel& which, std::uint16_t master) const
{
    if (which.port == 0)
        which.port = free_port();
    which.folder = std::make_unique<temporary_folder>();
    const auto file = which.folder->path() / "sentinel.conf";
    const std::string group = name;
    std::ofstream to(file);
    to << (how_.tls ? "port 0\ntls-port " : "port ") << which.port << "\nbind 127.0.0.1\ndir "
       << which.folder->path().string() << '\n';
    if (how_.host != "127.0.0.1")
        to << "sentinel resolve-hostnames yes\nsentinel announce-hostnames yes\n";
    to << "sentinel monitor " << group << ' ' << how_.host << ' ' << master << ' ' << how_.sentinels / 2 + 1 << '\n'
       << "sentinel down-after-milliseconds " << group << ' ' << how_.down_after.count()
       << "\nsentinel failover-timeout " << group << " 2000\n";
    for (const auto& line : how_.sentinel_lines)
        to << line << '\n';
    to.close();
    process::options start;
    start.command = {redis_server::program(), file.string(), "--sentinel"};
    which.running = std::make_unique<process>(start);
    const auto tuned = [&] {
        return ask(which, {"sentinel", "debug", "info-period", "500", "publish-period", "100"}) == "OK";
    };
    if (!await(tuned, start_limit))
        throw std::runtime_error("a sentinel does not start:\n" + which.running->output());
}

bool sentinel_group::is_complete(const sentinel& which) const
{
    const auto seen = ask(which, {"sentinel", "master", name});
    return value_in(seen, "num-other-sentinels") == std::to_string(how_.sentinels - 1)
        && value_in(seen, "num-slaves") == std::to_string(how_.replicas) && value_in(seen, "flags") == "master";
}

std::string sentinel_group::ask(const sentinel& which, const std::vector<std::string>& arguments) const
{
    process::options start;
    start.command = {redis_server::cli_program(), "--raw", "-p", std::to_string(which.port)};
    start.command.insert(start.command.end(), how_.cli_arguments.begin(), how_.cli_arguments.end());
    start.command.insert(start.command.end(), arguments.begin(), arguments.end());
    process client(start);
    if (!client.wait())
        throw std::runtime_error("redis-cli does not end");
    auto output = client.output();
    while (output.ends_with('\n'))
        output.pop_back();
    return output;
}

std::string sentinel_group::ask_sentinel(std::size_t index, const std::vector<std::string>& arguments) const
{
    return ask(sentinels_[index], arguments);
}

std::string sentinel_group::url(const std::string& login) const
{
    std::string all;
    for (const sentinel& each : sentinels_)
        all += (all.empty() ? "" : ",") + std::string("127.0.0.1:") + std::to_string(each.port);
    return (how_.tls ? "rediss-sentinel://" : "redis-sentinel://") + login + all + "/" + name;
}

// ---- masters -------------------------------------------------------------------------------------------------------

std::uint16_t sentinel_group::named_master() const
{
    for (const sentinel& each : sentinels_) {
        if (!each.running->running())
            continue;
        const auto place = lines_of(ask(each, {"sentinel", "get-master-addr-by-name", name}));
        if (place.size() == 2)
            return static_cast<std::uint16_t>(std::stoi(place[1]));
    }
    return 0;
}

std::size_t sentinel_group::master()
{
    const auto port = named_master();
    const auto at =
        std::find_if(servers_.begin(), servers_.end(), [port](const auto& each) { return each->port() == port; });
    if (at == servers_.end())
        throw std::runtime_error("no sentinel names a master");
    return static_cast<std::size_t>(at - servers_.begin());
}

void sentinel_group::fail_over()
{
    const auto before = named_master();
    const auto limit = std::chrono::steady_clock::now() + failover_limit;
    const auto is_over = [&] {
        const auto now = named_master();
        return now != 0 && now != before;
    };
    // Asked again where it was given up, as happens on a busy machine; while it is under way that is refused.
    do {
        ask_any({"sentinel", "failover", name});
        if (await(is_over, std::chrono::seconds(3)))
            return;
    } while (std::chrono::steady_clock::now() < limit);
    throw std::runtime_error("the sentinels do not fail over");
}

void sentinel_group::ask_any(const std::vector<std::string>& arguments) const
{
    for (const sentinel& each : sentinels_) {
        if (each.running->running()) {
            ask(each, arguments);
            return;
        }
    }
}

bool sentinel_group::await_replicas(std::size_t count)
{
    const auto in_step = [&] {
        for (const auto& each : servers_) {
            const auto replication = each->running() ? each->cli({"info", "replication"}) : std::string();
            std::size_t online = 0;
            for (const auto& line : lines_of(replication))
                online += line.find("state=online") != std::string::npos ? 1 : 0;
            if (replication.find("role:master") != std::string::npos && online == count)
                return true;
        }
        return false;
    };
    return await(in_step, start_limit);
}

// ---- sentinels -----------------------------------------------------------------------------------------------------

void sentinel_group::kill_sentinel(std::size_t index)
{
    sentinels_[index].running->signal(SIGKILL);
    sentinels_[index].running->wait();
}

void sentinel_group::freeze_sentinel(std::size_t index) const
{
    sentinels_[index].running->signal(SIGSTOP);
}

void sentinel_group::thaw_sentinel(std::size_t index) const
{
    sentinels_[index].running->signal(SIGCONT);
}

void sentinel_group::restart_sentinel(std::size_t index, std::size_t master)
{
    start_sentinel(sentinels_[index], servers_[master]->port());
}

std::size_t sentinel_group::subscribers_of(std::size_t index) const
{
    const auto lines = lines_of(ask_sentinel(index, {"client", "list", "type", "pubsub"}));
    return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
        return line.find("name=rediserve ") != std::string::npos;
    }));
}

}   // namespace rediserve::test
