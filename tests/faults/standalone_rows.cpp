// What can happen to one Redis, to the way there, to the gateway and by its clients.
#include "faults/crowd.hpp"
#include "faults/fault_row.hpp"
#include "faults/standalone_group.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

namespace rediserve::test {

namespace {

using namespace std::chrono_literals;
using way = standalone_group::way;

template <way To>
std::unique_ptr<backend_group> by()
{
    return std::make_unique<standalone_group>(To);
}

standalone_group& servers(scene& on)
{
    return on.servers<standalone_group>();
}

// ---- the server ----------------------------------------------------------------------------------------------------

void kill_redis(scene& on)
{
    servers(on).redis().kill();
    on.hold();
    servers(on).restart();
}

void empty_redis(scene& on)
{
    servers(on).redis().kill();
    on.clients().forget();
    on.hold();
    servers(on).restart_empty();
}

void load_slowly(scene& on)
{
    auto& redis = servers(on);
    redis.ask({"DEBUG", "POPULATE", "5000", "ballast"});
    redis.ask({"BGREWRITEAOF"});
    redis.await_info("persistence", "aof_rewrite_scheduled:0");
    redis.await_info("persistence", "aof_rewrite_in_progress:0");
    redis.redis().kill();
    redis.restart({"--key-load-delay", "400", "--loading-process-events-interval-bytes", "1024"});
    on.hold();
    redis.await_info("persistence", "\nloading:0");
}

void freeze(scene& on)
{
    servers(on).redis().freeze();
    on.hold();
    servers(on).redis().thaw();
}

void sleep(scene& on)
{
    const auto seconds = std::chrono::duration<double>(std::max<std::chrono::milliseconds>(on.length(), 2500ms));
    servers(on).ask({"DEBUG", "SLEEP", std::to_string(seconds.count())});
}

void pause_clients(scene& on)
{
    const auto time = std::max<std::chrono::milliseconds>(on.length(), 2500ms);
    servers(on).ask({"CLIENT", "PAUSE", std::to_string(time.count()), "ALL"});
    servers(on).ask({"PING"});   // waits as well
}

void kill_clients(scene& on)
{
    on.hold([&] { servers(on).drop_connections(); });
}

// Those who are connected may stay, so they are sent away first.
void take_all_places(scene& on)
{
    servers(on).ask({"CONFIG", "SET", "maxclients", "1"});
    servers(on).drop_connections();
    on.hold();
    servers(on).ask({"CONFIG", "SET", "maxclients", "1000"});
}

void fill_memory(scene& on)
{
    servers(on).ask({"CONFIG", "SET", "maxmemory", "1"});
    on.hold();
    servers(on).ask({"CONFIG", "SET", "maxmemory", "0"});
}

// A folder is where the snapshot should be, and so it cannot be written, whoever runs Redis.
void fail_to_save(scene& on)
{
    auto& redis = servers(on);
    const auto snapshot = redis.redis().folder() / "dump.rdb";
    std::filesystem::remove(snapshot);
    std::filesystem::create_directory(snapshot);
    std::ofstream(snapshot / "file") << "so that it is not empty";
    redis.ask({"CONFIG", "SET", "save", "3600 1000000000"});
    redis.ask({"BGSAVE", "SCHEDULE"});
    redis.await_info("persistence", "rdb_last_bgsave_status:err");
    on.hold();
    std::filesystem::remove_all(snapshot);
    redis.ask({"BGSAVE", "SCHEDULE"});
    redis.await_info("persistence", "rdb_last_bgsave_status:ok");
    redis.ask({"CONFIG", "SET", "save", ""});
}

void rotate_password(scene& on)
{
    servers(on).rotate_password();
    on.hold();
    on.restart_gateway(SIGTERM);
}

// ---- the way there -------------------------------------------------------------------------------------------------

void cut_replies(scene& on)
{
    std::minstd_rand random(7);
    on.hold([&] { servers(on).gate().cut_after(1 + random() % 400); });
    servers(on).gate().cut_after(0);
}

void send_garbage(scene& on)
{
    on.hold([&] { servers(on).gate().garble("HTTP/1.1 400 Bad Request\r\n\r\n"); });
}

void swallow(scene& on)
{
    servers(on).gate().black_hole(true);
    on.hold();
    servers(on).gate().black_hole(false);
}

void slow_down(scene& on)
{
    servers(on).gate().delay(50ms);
    on.hold();
    servers(on).gate().delay(0ms);
}

void filter(scene& on, std::vector<std::string> rule)
{
    const auto port = std::to_string(servers(on).redis().port());
    for (const char* end : {"--dport", "--sport"}) {
        std::vector<std::string> command{"iptables", "-A", "INPUT", "-p", "tcp", end, port};
        command.insert(command.end(), rule.begin(), rule.end());
        servers(on).network().run(command);
    }
}

// Packets are dropped; meanwhile Redis forgets the connections, which the gateway is not told.
void open_half(scene& on)
{
    filter(on, {"-j", "DROP"});
    servers(on).drop_connections();
    on.hold();
    servers(on).network().run({"iptables", "-F"});
}

void lose_packets(scene& on)
{
    filter(on, {"-m", "statistic", "--mode", "random", "--probability", "0.1", "-j", "DROP"});
    on.hold();
    servers(on).network().run({"iptables", "-F"});
}

// It moves to another address, and the name follows later.
void move(scene& on)
{
    servers(on).ask({"CONFIG", "SET", "bind", "127.0.0.2"});
    servers(on).drop_connections();
    on.hold();
    servers(on).names().write("127.0.0.2 redis.test\n127.0.0.1 localhost\n");
}

// ---- the gateway and its clients -----------------------------------------------------------------------------------

// While it owes answers.
void kill_gateway(scene& on)
{
    auto& redis = servers(on).redis();
    redis.freeze();
    await([&] { return on.clients().under_way() > 0; });
    on.clients().excuse_cuts(true);
    on.rest().process().signal(SIGKILL);
    on.rest().process().wait();
    redis.thaw();
    on.restart_gateway(SIGKILL);
}

void restart_gateway(scene& on)
{
    on.restart_gateway(SIGTERM);
}

void vanish(scene& on)
{
    for (int times = 0; times < 10; ++times)
        connect_and_vanish(on.address(), 300);
}

void be_slow(scene& on)
{
    servers(on).ask({"SETRANGE", "large", "300000", "x"});
    dawdle(on.address(), 20, "large", [&](const auto& meanwhile) { on.hold(meanwhile); });
}

}   // namespace

const std::vector<fault_row>& standalone_rows()
{
    static const std::vector<fault_row> rows = {
        {"redis_killed", "Redis killed, restarted with its data", "redis_unavailable", by<way::direct>, kill_redis},
        {"redis_emptied", "Redis killed, restarted without data", "redis_unavailable", by<way::direct>, empty_redis},
        {"redis_loading", "Redis restarted, loads slowly", "redis_unavailable", by<way::direct>, load_slowly},
        {"redis_frozen", "Redis frozen (SIGSTOP)", "redis_timeout", by<way::direct>, freeze},
        {"redis_sleeping", "`DEBUG SLEEP`", "redis_timeout", by<way::direct>, sleep},
        {"clients_paused", "`CLIENT PAUSE`", "redis_timeout", by<way::direct>, pause_clients},
        {"clients_killed", "`CLIENT KILL`, again and again", "redis_unavailable", by<way::direct>, kill_clients},
        {"maxclients", "`maxclients` reached", "redis_unavailable", by<way::direct>, take_all_places},
        {"maxmemory", "`maxmemory` reached", "OOM", by<way::direct>, fill_memory},
        {"misconf", "snapshots fail (`MISCONF`)", "MISCONF", by<way::direct>, fail_to_save},
        {"password_rotated", "password changed, gateway restarted with it", "redis_unavailable", by<way::direct>,
         rotate_password},
        {"reply_cut", "connections reset in the middle of replies", "redis_unavailable", by<way::gate>, cut_replies},
        {"garbage", "garbage instead of RESP", "bad_gateway", by<way::gate>, send_garbage},
        {"black_hole", "connections that swallow everything", "redis_timeout", by<way::gate>, swallow},
        {"half_open", "packets dropped, connections half open", "redis_timeout", by<way::network>, open_half,
         own_network::why_not},
        {"network_delay", "100 ms of delay", "", by<way::gate>, slow_down},
        {"network_loss", "10 % of packets lost", "", by<way::network>, lose_packets, own_network::why_not},
        {"name_moved", "Redis moves, its name follows", "redis_unavailable", by<way::name>, move,
         own_host_names::why_not},
        {"gateway_killed", "gateway killed and started again", "connection ended", by<way::direct>, kill_gateway},
        {"gateway_restarted", "gateway restarted in order (SIGTERM)", "", by<way::direct>, restart_gateway},
        {"clients_vanish", "3000 clients connect and vanish", unnoticed, by<way::direct>, vanish},
        {"clients_slow", "40 slow readers and writers", unnoticed, by<way::direct>, be_slow},
    };
    return rows;
}

std::unique_ptr<backend_group> standalone_for_all()
{
    return by<way::gate>();
}

std::vector<fault_row> all_rows()
{
    std::vector<fault_row> all;
    for (const auto* const rows : {&standalone_rows(), &sentinel_rows(), &cluster_rows()})
        all.insert(all.end(), rows->begin(), rows->end());
    return all;
}

}   // namespace rediserve::test
