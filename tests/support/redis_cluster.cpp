#include "support/redis_cluster.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace rediserve::test {

namespace {

using words = std::vector<std::string>;
using context_ptr = std::unique_ptr<redisContext, decltype(&redisFree)>;
using reply_ptr = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;

constexpr std::size_t slot_count = 16384;
constexpr int launches = 5;                           // ports may be taken between choosing and binding them
constexpr auto patience = std::chrono::seconds(60);   // for a cluster on a busy machine
const std::string loopback = "127.0.0.1";

[[noreturn]] void fail(const std::string& why)
{
    throw std::runtime_error("cluster: " + why);
}

void await_or_fail(const std::string& what, const std::function<std::string()>& complaint)
{
    std::string why;
    if (!await([&] { return (why = complaint()).empty(); }, patience))
        fail(what + ": " + why);
}

// As redis-cli prints it.
std::string text_of(const redisReply& reply)
{
    if (reply.type == REDIS_REPLY_INTEGER)
        return std::to_string(reply.integer);
    std::string all(reply.str ? reply.str : "", reply.len);
    for (std::size_t i = 0; i < reply.elements; ++i)
        all += (i == 0 ? "" : "\n") + text_of(*reply.element[i]);
    return all;
}

std::string run(redisContext& on, const words& command)
{
    std::vector<const char*> arguments;
    std::vector<std::size_t> sizes;
    for (const std::string& word : command) {
        arguments.push_back(word.data());
        sizes.push_back(word.size());
    }
    const auto count = static_cast<int>(command.size());
    void* const got = redisCommandArgv(&on, count, arguments.data(), sizes.data());
    if (!got)
        fail(command.front() + ": " + static_cast<const char*>(on.errstr));
    return text_of(*reply_ptr(static_cast<redisReply*>(got), freeReplyObject));
}

// A number at the beginning of `text`.
std::size_t number_in(std::string_view text)
{
    std::size_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// What "name:" is followed by in a reply to INFO.
std::string field(const std::string& info, const std::string& name)
{
    std::istringstream lines(info);
    for (std::string one; std::getline(lines, one);)
        if (one.starts_with(name + ':'))
            return one.substr(name.size() + 1, one.find('\r') - name.size() - 1);
    return {};
}

std::string key_file(const temporary_folder& folder)
{
    return (folder.path() / "key.pem").string();
}

words tls_arguments(const std::string& certificate, const std::string& key)
{
    return {
        "--tls-cert-file", certificate, "--tls-key-file",    key,   "--tls-ca-cert-file", certificate,
        "--tls-cluster",   "yes",       "--tls-replication", "yes", "--tls-auth-clients", "no",
    };
}

words lines_in(const std::string& text)
{
    words all;
    std::istringstream lines(text);
    for (std::string one; std::getline(lines, one);)
        all.push_back(one);
    return all;
}

}   // namespace

// "id address flags primary ping pong epoch link slots…"
struct redis_cluster::line
{
    std::string id;
    std::string flags;
    std::string primary;   // of a replica; else "-"
    std::vector<std::pair<std::size_t, std::size_t>> slots;
    std::string slots_text;

    explicit line(const std::string& text)
    {
        std::istringstream fields(text);
        std::string skipped;
        fields >> id >> skipped >> flags >> primary >> skipped >> skipped >> skipped >> skipped;
        for (std::string range; fields >> range;)
            if (!range.starts_with('['))
                add(range);
    }

    bool is(std::string_view flag) const
    {
        return ("," + flags + ",").find("," + std::string(flag) + ",") != std::string::npos;
    }
    bool owns(std::size_t slot) const
    {
        return std::ranges::any_of(slots, [&](const auto& one) { return one.first <= slot && slot <= one.second; });
    }

private:
    void add(const std::string& range)
    {
        const auto dash = range.find('-');
        const auto first = number_in(range);
        slots.emplace_back(
            first, dash == std::string::npos ? first : number_in(std::string_view(range).substr(dash + 1))
        );
        slots_text += ' ' + range;
    }
};

redis_cluster::redis_cluster() : redis_cluster(options{}) {}

redis_cluster::redis_cluster(const options& how) : how_(how)
{
    if (how_.tls)
        make_certificate();
    found();
    await_healthy();
}

redis_cluster::~redis_cluster() = default;

// ---- starting ------------------------------------------------------------------------------------------------------

std::uint16_t redis_cluster::unused_port()
{
    for (;;) {
        const auto port = free_port();
        if (ports_.insert(port).second)
            return port;
    }
}

// Good for servers and clients, as the bus asks for both, and its own authority.
void redis_cluster::make_certificate() const
{
    process::options start;
    start.command = {
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-keyout",
        key_file(folder_),
        "-out",
        ca_file(),
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
    };
    process openssl(start);
    if (openssl.wait() != 0)
        fail("openssl: " + openssl.output());
}

redis_cluster::member redis_cluster::launch()
{
    std::string why;
    for (int tries = 0; tries < launches; ++tries) {
        member made;
        made.port = unused_port();
        made.bus_port = unused_port();
        redis_server::options start;
        start.program = how_.program;
        start.arguments = {
            how_.tls ? "--tls-port" : "--port",
            std::to_string(made.port),
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            std::to_string(made.bus_port),
            "--cluster-node-timeout",
            std::to_string(how_.node_timeout.count()),
            "--cluster-allow-replica-migration",   // nodes stay what a test has made of them
            "no",
            "--repl-diskless-sync-delay",
            "0",
        };
        if (how_.tls)
            std::ranges::copy(tls_arguments(ca_file(), key_file(folder_)), std::back_inserter(start.arguments));
        if (!how_.password.empty())
            start.arguments.insert(
                start.arguments.end(), {"--requirepass", how_.password, "--masterauth", how_.password}
            );
        start.arguments.insert(start.arguments.end(), how_.arguments.begin(), how_.arguments.end());
        try {
            made.server = std::make_unique<redis_server>(start);
            return made;
        } catch (const std::runtime_error& failed) {
            why = failed.what();
        }
    }
    fail(why);
}

void redis_cluster::found()
{
    const std::size_t count = how_.primaries * (1 + how_.replicas);
    for (std::size_t i = 0; i < count; ++i) {
        nodes_.push_back(launch());
        nodes_[i].id = ask(i, {"CLUSTER", "MYID"});
        expect_ok(i, {"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
    }
    for (std::size_t i = 0; i < how_.primaries; ++i) {
        const auto first = std::to_string(slot_count * i / how_.primaries);
        const auto last = std::to_string(slot_count * (i + 1) / how_.primaries - 1);
        expect_ok(i, {"CLUSTER", "ADDSLOTSRANGE", first, last});
    }
    for (std::size_t i = 1; i < count; ++i)
        meet(i);
    for (std::size_t i = how_.primaries; i < count; ++i)
        replicate(i, (i - how_.primaries) / how_.replicas);
}

void redis_cluster::meet(std::size_t node)
{
    const auto port = std::to_string(nodes_[node].port);
    expect_ok(all_up().front(), {"CLUSTER", "MEET", loopback, port, std::to_string(nodes_[node].bus_port)});
}

void redis_cluster::replicate(std::size_t node, std::size_t of)
{
    await_or_fail("a replica", [&]() -> std::string {
        const auto said = ask(node, {"CLUSTER", "REPLICATE", nodes_[of].id});
        return said == "OK" ? "" : said;   // it may not know the other one yet
    });
}

// ---- asking --------------------------------------------------------------------------------------------------------

std::string redis_cluster::seeds() const
{
    std::string all;
    for (const member& one : nodes_)
        if (!one.removed)
            all += (all.empty() ? "" : ",") + loopback + ':' + std::to_string(one.port);
    return all;
}

std::string redis_cluster::url() const
{
    const std::string user = how_.password.empty() ? "" : ':' + how_.password + '@';
    return (how_.tls ? "rediss-cluster://" : "redis-cluster://") + user + seeds();
}

std::size_t redis_cluster::size() const
{
    return nodes_.size();
}

std::uint16_t redis_cluster::port(std::size_t node) const
{
    return nodes_.at(node).port;
}

const std::string& redis_cluster::id(std::size_t node) const
{
    return nodes_.at(node).id;
}

std::string redis_cluster::ca_file() const
{
    return (folder_.path() / "certificate.pem").string();
}

pid_t redis_cluster::process_id(std::size_t node) const
{
    return nodes_.at(node).server->id();
}

std::string redis_cluster::cli(std::size_t node, const words& arguments) const
{
    words all;
    if (!how_.password.empty())
        all = {"--no-auth-warning", "-a", how_.password};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return nodes_.at(node).server->cli(all);
}

std::string redis_cluster::ask(std::size_t node, const words& command) const
{
    const timeval limit{20, 0};
    const context_ptr connection(
        redisConnectUnixWithTimeout(nodes_.at(node).server->socket().c_str(), limit), redisFree
    );
    if (!connection || connection->err != 0)
        fail("node " + std::to_string(node) + " cannot be reached");
    redisSetTimeout(connection.get(), limit);
    if (!how_.password.empty())
        run(*connection, {"AUTH", how_.password});
    return run(*connection, command);
}

void redis_cluster::expect_ok(std::size_t node, const words& command) const
{
    const auto said = ask(node, command);
    if (said == "OK")
        return;
    std::string whole;
    for (const std::string& word : command)
        whole += word + ' ';
    fail(whole + "at node " + std::to_string(node) + ": " + said);
}

std::vector<std::size_t> redis_cluster::all_up() const
{
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (nodes_[i].up && !nodes_[i].removed)
            all.push_back(i);
    return all;
}

std::vector<redis_cluster::line> redis_cluster::lines(std::size_t node) const
{
    std::vector<line> all;
    for (const std::string& text : lines_in(ask(node, {"CLUSTER", "NODES"})))
        all.emplace_back(text);
    return all;
}

std::vector<std::size_t> redis_cluster::members(std::size_t shard) const
{
    std::vector<std::size_t> all{shard};
    for (std::size_t i = 0; i < how_.replicas; ++i)
        all.push_back(how_.primaries + shard * how_.replicas + i);
    return all;
}

std::size_t redis_cluster::primary(std::size_t shard) const
{
    std::optional<std::size_t> found;
    std::size_t latest = 0;
    for (const std::size_t one : members(shard)) {
        if (!nodes_[one].up || !ask(one, {"ROLE"}).starts_with("master"))
            continue;
        const auto epoch = number_in(field(ask(one, {"CLUSTER", "INFO"}), "cluster_my_epoch"));
        if (!found || epoch > latest)   // one that was away may not know yet
            found = one;
        latest = std::max(latest, epoch);
    }
    if (!found)
        fail("shard " + std::to_string(shard) + " has no primary");
    return *found;
}

std::size_t redis_cluster::replica(std::size_t shard) const
{
    for (const std::size_t one : members(shard))
        if (nodes_[one].up && ask(one, {"ROLE"}).starts_with("slave"))
            return one;
    fail("shard " + std::to_string(shard) + " has no replica");
}

std::uint16_t redis_cluster::slot(std::string_view key) const
{
    return static_cast<std::uint16_t>(number_in(ask(all_up().front(), {"CLUSTER", "KEYSLOT", std::string(key)})));
}

std::size_t redis_cluster::owner(std::uint16_t slot) const
{
    for (const line& one : lines(all_up().front()))
        if (one.owns(slot))
            for (std::size_t i = 0; i < nodes_.size(); ++i)
                if (nodes_[i].id == one.id)
                    return i;
    fail("nobody owns slot " + std::to_string(slot));
}

// ---- health --------------------------------------------------------------------------------------------------------

// What a node says about who is who, in a form that can be compared; or why it is not well.
std::string redis_cluster::picture(std::size_t node) const
{
    words said;
    for (const line& one : lines(node)) {
        const auto known = std::ranges::find(nodes_, one.id, &member::id);
        if (known == nodes_.end() || known->removed)
            return "a stranger: " + one.id + ' ' + one.flags;
        if (known->up && one.flags.find("fail") != std::string::npos)
            return "up and told to have failed: " + one.id;
        said.push_back(
            one.id + (one.is("slave") ? " replica of " + one.primary : " primary of" + one.slots_text) + '\n'
        );
    }
    std::ranges::sort(said);
    std::string all;
    for (const std::string& one : said)
        all += one;
    return all;
}

std::string redis_cluster::complaint() const
{
    const auto all = all_up();
    const auto known = std::ranges::count(nodes_, false, &member::removed);
    const auto expected = picture(all.front());
    if (std::ranges::count(expected, '\n') != known)
        return "node " + std::to_string(all.front()) + " says: " + expected;
    for (const std::size_t one : all) {
        const std::string name = "node " + std::to_string(one);
        if (const auto state = field(ask(one, {"CLUSTER", "INFO"}), "cluster_state"); state != "ok")
            return name + " says: " + state;
        if (const auto said = picture(one); said != expected)
            return name + " says:\n" + said + "but another one:\n" + expected;
        if (const auto link = field(ask(one, {"INFO", "replication"}), "master_link_status"); link == "down")
            return name + " is not linked to its primary";
    }
    return {};
}

void redis_cluster::await_healthy() const
{
    await_or_fail("not healthy", [this] { return complaint(); });
}

// ---- faults --------------------------------------------------------------------------------------------------------

void redis_cluster::kill(std::size_t node)
{
    nodes_.at(node).server->kill();
    nodes_[node].up = false;
}

void redis_cluster::restart(std::size_t node)
{
    nodes_.at(node).server->restart();
    nodes_[node].up = true;
}

void redis_cluster::freeze(std::size_t node)
{
    nodes_.at(node).server->freeze();
    nodes_[node].up = false;
}

void redis_cluster::thaw(std::size_t node)
{
    nodes_.at(node).server->thaw();
    nodes_[node].up = true;
}

void redis_cluster::fail_over(std::size_t shard)
{
    const auto next = replica(shard);
    const auto all = members(shard);
    const bool agreed = std::ranges::any_of(all, [&](std::size_t one) {
        return nodes_[one].up && ask(one, {"ROLE"}).starts_with("master");
    });
    expect_ok(next, agreed ? words{"CLUSTER", "FAILOVER"} : words{"CLUSTER", "FAILOVER", "TAKEOVER"});
    await_or_fail("a fail-over", [&] { return ask(next, {"ROLE"}).starts_with("master") ? "" : "still a replica"; });
    await_healthy();
}

// ---- migrations ----------------------------------------------------------------------------------------------------

void redis_cluster::begin_migration(std::uint16_t slot, std::size_t to)
{
    const auto from = owner(slot);
    const auto number = std::to_string(slot);
    expect_ok(to, {"CLUSTER", "SETSLOT", number, "IMPORTING", nodes_[from].id});
    expect_ok(from, {"CLUSTER", "SETSLOT", number, "MIGRATING", nodes_[to].id});
    migrations_[slot] = {from, to};
}

void redis_cluster::transfer(std::size_t from, std::size_t to, words keys) const
{
    words command{"MIGRATE", loopback, std::to_string(nodes_[to].port), "", "0", "20000"};
    if (!how_.password.empty())
        command.insert(command.end(), {"AUTH", how_.password});
    command.emplace_back("KEYS");
    std::ranges::move(keys, std::back_inserter(command));
    const auto said = ask(from, command);
    if (said != "OK" && said != "NOKEY")
        fail("MIGRATE: " + said);
}

void redis_cluster::transfer_all(std::uint16_t slot, std::size_t from, std::size_t to) const
{
    for (;;) {
        auto keys = lines_in(ask(from, {"CLUSTER", "GETKEYSINSLOT", std::to_string(slot), "100"}));
        if (keys.empty())
            return;
        transfer(from, to, std::move(keys));
    }
}

void redis_cluster::move_key(std::string_view key)
{
    const auto [from, to] = migrations_.at(slot(key));
    transfer(from, to, {std::string(key)});
}

void redis_cluster::move_keys(std::uint16_t slot)
{
    const auto [from, to] = migrations_.at(slot);
    transfer_all(slot, from, to);
}

void redis_cluster::end_migration(std::uint16_t slot)
{
    move_keys(slot);
    const auto [from, to] = migrations_.at(slot);
    const words command{"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", nodes_[to].id};
    expect_ok(to, command);   // the new owner first, or nobody owns it for a moment
    expect_ok(from, command);
    migrations_.erase(slot);
    await_healthy();
}

void redis_cluster::cancel_migration(std::uint16_t slot)
{
    const auto [from, to] = migrations_.at(slot);
    const words command{"CLUSTER", "SETSLOT", std::to_string(slot), "STABLE"};
    expect_ok(from, command);   // before, it would not take keys
    transfer_all(slot, to, from);
    expect_ok(to, command);
    migrations_.erase(slot);
}

void redis_cluster::move_slot(std::uint16_t slot, std::size_t to)
{
    begin_migration(slot, to);
    end_migration(slot);
}

// ---- nodes ---------------------------------------------------------------------------------------------------------

std::size_t redis_cluster::add_node()
{
    nodes_.push_back(launch());
    const std::size_t added = nodes_.size() - 1;
    nodes_[added].id = ask(added, {"CLUSTER", "MYID"});
    meet(added);
    await_healthy();
    return added;
}

void redis_cluster::remove_node(std::size_t node)
{
    const auto own = lines(node);
    const auto self = std::ranges::find(own, nodes_[node].id, &line::id);
    const auto heir = std::ranges::find_if(own, [&](const line& one) {
        return one.id != nodes_[node].id && one.is("master") && !one.slots.empty();
    });
    const auto to = std::ranges::find(nodes_, heir->id, &member::id) - nodes_.begin();
    for (const auto& [first, last] : self->slots)
        for (std::size_t slot = first; slot <= last; ++slot)
            move_slot(static_cast<std::uint16_t>(slot), static_cast<std::size_t>(to));
    kill(node);
    nodes_[node].removed = true;
    for (const std::size_t one : all_up())
        ask(one, {"CLUSTER", "FORGET", nodes_[node].id});   // newer ones tell each other
    await_healthy();
}

}   // namespace rediserve::test
