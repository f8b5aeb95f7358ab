// What is known of clusters without asking, compared with what servers say.
#include "cluster/migrations.hpp"
#include "cluster/slot_map.hpp"
#include "cluster/slots.hpp"
#include "rediserve/commands/command_table.hpp"
#include "rediserve/commands/routing.hpp"
#include "support/redis_server.hpp"

#include <hiredis/hiredis.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace rediserve::cluster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using words = std::vector<std::string>;
using reply_ptr = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;

// The one in PATH, and those that scripts/get-test-servers has got.
std::vector<std::string> servers()
{
    std::vector<std::string> all = {""};
    std::error_code none;
    for (const auto& one : std::filesystem::directory_iterator(REDISERVE_TEST_SERVERS, none))
        if (std::filesystem::exists(one.path() / "server"))
            all.push_back((one.path() / "server").string());
    return all;
}

test::redis_server::options clustered(const std::string& program)
{
    test::redis_server::options how;
    how.tcp = true;
    how.program = program;
    how.arguments = {"--cluster-enabled", "yes", "--cluster-port", std::to_string(test::free_port())};
    return how;
}

class ClusterOracle : public testing::TestWithParam<std::string>
{
protected:
    reply_ptr ask(const words& command) const
    {
        std::vector<const char*> arguments;
        std::vector<std::size_t> sizes;
        for (const std::string& word : command) {
            arguments.push_back(word.data());
            sizes.push_back(word.size());
        }
        const auto count = static_cast<int>(command.size());
        void* const got = redisCommandArgv(connection_.get(), count, arguments.data(), sizes.data());
        EXPECT_TRUE(got) << command.front();
        return {static_cast<redisReply*>(got), freeReplyObject};
    }

    test::redis_server server_{clustered(GetParam())};
    std::unique_ptr<redisContext, decltype(&redisFree)> connection_{
        redisConnectUnix(server_.socket().c_str()), redisFree};
};

TEST_P(ClusterOracle, AgreesOnSlots)
{
    std::mt19937 random(11);
    const std::string letters("{}{}a\0\xFFz", 8);
    for (int i = 0; i < 3000; ++i) {
        std::string key;
        for (auto left = random() % 14; left > 0; --left)
            key += letters[random() % letters.size()];
        const reply_ptr said = ask({"CLUSTER", "KEYSLOT", key});
        ASSERT_EQ(said->integer, slot_of(key)) << testing::PrintToString(key);
    }
}

// Tips of one description of a command, and of its subcommands.
void expect_understood(const redis::reply_view& command)
{
    const redis::reply_view tips = command.size() > 7 ? command[7] : redis::reply_view();
    for (std::size_t i = 0; i < tips.size(); ++i) {
        commands::routing read;
        EXPECT_TRUE(tips[i].text().starts_with("nondeterministic_output") || commands::apply_tip(read, tips[i].text()))
            << command[0].text() << ": " << tips[i].text();
    }
    const redis::reply_view parts = command.size() > 9 ? command[9] : redis::reply_view();
    for (std::size_t i = 0; i < parts.size(); ++i)
        expect_understood(parts[i]);
}

TEST_P(ClusterOracle, GivesTipsThatAreUnderstood)
{
    const reply_ptr reply = ask({"COMMAND"});
    const redis::reply_view all(reply.get());
    for (std::size_t i = 0; i < all.size(); ++i)
        expect_understood(all[i]);
    const auto table = commands::command_table::parse(all);
    ASSERT_TRUE(table);
    using list = std::vector<std::string_view>;
    for (const list& command : std::vector<list>{
             {"DBSIZE"},
             {"script", "EXISTS", "x"},
             {"mget", "a", "b"},
             {"FLUSHALL"},
             {"function", "load", "x"},
             {"ping"},
             {"get", "a"}})
        EXPECT_EQ(table->route(command), commands::command_table::built_in()->route(command)) << command.front();
}

TEST_P(ClusterOracle, TellsOfSlotsInAFormThatIsUnderstood)
{
    const redis::place asked{"127.0.0.1", server_.port()};
    const auto read = [&] { return slot_map::parse(redis::reply_view(ask({"CLUSTER", "SLOTS"}).get()), asked, {}); };
    ASSERT_TRUE(read());
    EXPECT_EQ(read()->served(), 0U);
    ask({"CLUSTER", "ADDSLOTS", "0", "1", "7"});
    const auto map = read();
    ASSERT_TRUE(map);
    EXPECT_EQ(map->served(), 3U);
    ASSERT_TRUE(map->primary_of(7));
    EXPECT_EQ(map->primary_of(7)->at, asked);
    EXPECT_EQ(map->primary_of(7)->id, redis::reply_view(ask({"CLUSTER", "MYID"}).get()).text());
    EXPECT_EQ(map->primary_of(2), nullptr);
}

TEST_P(ClusterOracle, TellsOfMigrationsInAFormThatIsUnderstood)
{
    const auto read = [&] { return read_migrations(redis::reply_view(ask({"CLUSTER", "NODES"}).get()).text()); };
    ASSERT_TRUE(read());
    EXPECT_THAT(*read(), IsEmpty());
    const std::string self(redis::reply_view(ask({"CLUSTER", "MYID"}).get()).text());
    test::redis_server other(clustered(GetParam()));
    const std::string its_id = other.cli({"CLUSTER", "MYID"});
    const std::string bus_port =
        other.cli({"CONFIG", "GET", "cluster-port"}).substr(std::string("cluster-port\n").size());
    ask({"CLUSTER", "ADDSLOTS", "7"});
    ask({"CLUSTER", "MEET", "127.0.0.1", std::to_string(other.port()), bus_port});
    const auto migrating = [&] {
        return redis::reply_view(ask({"CLUSTER", "SETSLOT", "7", "MIGRATING", its_id}).get()).text() == "OK";
    };
    ASSERT_TRUE(test::await(migrating, std::chrono::seconds(30)));
    EXPECT_THAT(*read(), ElementsAre(migration{7, self, its_id}));
}

INSTANTIATE_TEST_SUITE_P(Servers, ClusterOracle, testing::ValuesIn(servers()), [](const auto& tested) {
    std::string name =
        tested.param.empty() ? "installed" : std::filesystem::path(tested.param).parent_path().filename();
    std::erase_if(name, [](char c) { return c == '-'; });
    return name;
});

}   // namespace
}   // namespace rediserve::cluster
