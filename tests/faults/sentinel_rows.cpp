// What can happen to a group that Sentinel watches over.
#include "faults/fault_row.hpp"
#include "support/sentinel_group.hpp"

#include <chrono>
#include <stdexcept>

namespace rediserve::test {

namespace {

// A master with a replica, and three sentinels, which wait for longer than any client of the gateway does.
class watched_group : public backend_group
{
public:
    std::string url() const override { return servers_.url(); }
    std::optional<std::string> read(const std::string& key) override
    {
        const redis_server& master = servers_.server(servers_.master());
        if (master.cli({"exists", key}) == "0")
            return std::nullopt;
        return master.cli({"get", key});
    }
    void publish(const std::string& channel, const std::string& message) override
    {
        servers_.server(servers_.master()).cli({"publish", channel, message});
    }
    sentinel_group& servers() { return servers_; }

private:
    sentinel_group servers_{{.replicas = 1, .sentinels = 3, .down_after = std::chrono::seconds(2)}};
};

std::unique_ptr<backend_group> watched()
{
    return std::make_unique<watched_group>();
}

sentinel_group& group(scene& on)
{
    return on.servers<watched_group>().servers();
}

void await_replica(scene& on)
{
    if (!group(on).await_replicas(1))
        throw std::runtime_error("the master has no replica any more");
}

// The old one must not come back before it has a successor: it would be taken for the master that it was.
void await_other_master(scene& on, std::size_t than)
{
    if (!await([&] { return group(on).master() != than; }, std::chrono::seconds(60)))
        throw std::runtime_error("no replica becomes master");
}

// What a master had acknowledged and not given to its replica yet is lost with it, whoever had asked.
void kill_master(scene& on)
{
    const std::size_t master = group(on).master();
    group(on).kill(master);
    on.clients().forget();
    await_other_master(on, master);
    on.hold();
    group(on).server(master).restart();
    await_replica(on);
}

void freeze_master(scene& on)
{
    const std::size_t master = group(on).master();
    group(on).server(master).freeze();
    on.clients().forget();
    await_other_master(on, master);
    on.hold();
    group(on).server(master).thaw();
    await_replica(on);
}

void kill_sentinel(scene& on)
{
    group(on).kill_sentinel(0);
    on.hold();
    group(on).restart_sentinel(0, group(on).master());
}

}   // namespace

const std::vector<fault_row>& sentinel_rows()
{
    static const std::vector<fault_row> rows = {
        {"sentinel_master_killed", "the master of a Sentinel group killed", "redis_", watched, kill_master},
        {"sentinel_master_frozen", "the master of a Sentinel group frozen", "redis_timeout", watched, freeze_master},
        {"sentinel_killed", "one of three sentinels killed", unnoticed, watched, kill_sentinel},
    };
    return rows;
}

}   // namespace rediserve::test
