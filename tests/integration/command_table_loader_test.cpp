// What a real server says about its commands.
#include "app/command_table_loader.hpp"
#include "integration/backend_fixture.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rediserve::app {
namespace {

using commands::command_info;
using commands::command_table;
using redis::batch;
using testing::HasSubstr;

class CommandTableLoader : public redis::BackendTest
{
protected:
    // As the default user, or as `user` of server().
    void load(const std::string& user = {})
    {
        connect({}, user.empty() ? std::string() : "unix://" + user + "@" + server().socket());
        loader = std::make_unique<command_table_loader>(context, *backend, metrics, [this](auto made) {
            table = std::move(made);
            ++times;
        });
        loader->start();
    }
    ~CommandTableLoader() override { loader.reset(); }   // before the backend goes
    // What the loader finds out of transactions as a user who may do `rules`.
    std::string refusal_of(const std::vector<std::string>& rules)
    {
        std::vector<std::string> set_user = {"acl", "setuser", "app", "on", ">word", "~*", "&*"};
        set_user.insert(set_user.end(), rules.begin(), rules.end());
        server().cli(set_user);
        load("app:word");
        EXPECT_TRUE(turn_until([this] { return times > 0; }));
        return table ? std::string(table->no_transactions()) : std::string("nothing");
    }
    // The description of a command by the server, as text.
    std::string description(const std::string& name) { return ask(batch::of("COMMAND", "INFO", name)); }

    std::shared_ptr<const command_table> table;
    std::unique_ptr<command_table_loader> loader;
    int times = 0;
};

TEST_F(CommandTableLoader, AgreesWithTheServer)
{
    load();
    ASSERT_TRUE(turn_until([this] { return times > 0; }));
    for (const std::string name :
         {"get",   "set",      "mget",    "hgetall", "incr",  "blpop",   "bzpopmin",   "lrange",
          "zadd",  "flushall", "keys",    "scan",    "ping",  "eval",    "evalsha_ro", "sort",
          "xread", "xadd",     "publish", "object",  "debug", "shutdown"}) {
        const std::string said = description(name);
        const command_info* const known = table->find(name);
        ASSERT_TRUE(known) << name;
        const auto says = [&](const char* word) { return said.find(word) != std::string::npos; };
        if (known->has_subcommands)
            continue;   // their flags are in the same text
        EXPECT_EQ(known->reads_only, says("+readonly")) << said;
        EXPECT_EQ(known->blocks, says("+blocking")) << said;
        EXPECT_EQ(known->dangerous, says("+@dangerous")) << said;
    }
}

TEST_F(CommandTableLoader, KnowsSubcommands)
{
    load();
    ASSERT_TRUE(turn_until([this] { return times > 0; }));
    ASSERT_TRUE(table->find("config"));
    EXPECT_TRUE(table->find("config")->has_subcommands);
    EXPECT_TRUE(table->find("CONFIG", "SET")->dangerous);
    EXPECT_FALSE(table->find("CONFIG", "HELP")->dangerous);
    EXPECT_TRUE(table->find("wait")->blocks);
}

TEST_F(CommandTableLoader, AsksAgainAfterAReconnect)
{
    load();
    ASSERT_TRUE(turn_until([this] { return times > 0; }));
    server().kill();
    ASSERT_TRUE(turn_until([this] { return !backend->health().up; }));
    const int before = times;
    server().restart();
    EXPECT_TRUE(turn_until([&] { return times > before; }, std::chrono::seconds(30)));
    EXPECT_TRUE(table->find("get")->reads_only);
}

TEST_F(CommandTableLoader, KnowsThatTransactionsAreAllowed)
{
    EXPECT_EQ(refusal_of({"+@all"}), "");
    EXPECT_GT(table->size(), 100U);
}

TEST_F(CommandTableLoader, KnowsThatTransactionsAreNotAllowed)
{
    EXPECT_THAT(refusal_of({"+@all", "-multi"}), HasSubstr("NOPERM"));
    EXPECT_TRUE(table->find("get")->reads_only);
}

// With older servers, MULTI without EXEC would leave the connection in it for all.
TEST_F(CommandTableLoader, TriesNoTransactionThatItCouldNotEnd)
{
    EXPECT_THAT(refusal_of({"+@all", "-exec", "-discard"}), HasSubstr("NOPERM"));
    EXPECT_EQ(ask(batch::of("SET", "k", "v")), "+OK");
}

TEST_F(CommandTableLoader, KnowsItAlsoWithoutATable)
{
    EXPECT_THAT(refusal_of({"+get", "+ping", "+exec"}), HasSubstr("NOPERM"));
    EXPECT_TRUE(table->find("get")->reads_only);
}

TEST_F(CommandTableLoader, MayBeStoppedWhileItAsks)
{
    load();
    loader.reset();
    ASSERT_TRUE(turn_until_up());
    EXPECT_EQ(ask(batch::of("PING")), "+PONG");
    EXPECT_EQ(times, 0);
}

}   // namespace
}   // namespace rediserve::app
