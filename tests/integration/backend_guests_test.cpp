// The same server as other users.
#include "integration/backend_fixture.hpp"

#include <map>

namespace rediserve::redis {
namespace {

using namespace std::chrono_literals;

class BackendGuests : public BackendTest
{
protected:
    void start(std::chrono::milliseconds idle = 30s)
    {
        params settings;
        settings.lease_idle = idle;
        connect(settings);
        ASSERT_TRUE(turn_until_up());
        server().cli({"acl", "setuser", "ann", "on", ">secret", "+@all", "~*", "&*"});
    }

    std::string ask_as(const login& user, batch&& commands)
    {
        auto guest = backend->as(user);
        if (!guest)
            return std::to_string(guest.error().code.value());
        outcome got;
        got.expected = commands.size();
        const auto accepted = (*guest)->submit(std::move(commands), {}, got);
        if (!accepted)
            got.failure = accepted.error();
        EXPECT_TRUE(turn_until([&] { return got.over(); }));
        return got.text();
    }

    static batch transaction()
    {
        batch made;
        made.add("MULTI").add("INCR", "n").add("EXEC");
        return made;
    }

    std::string whoami(const login& user) { return ask_as(user, batch::of("ACL", "WHOAMI")); }
    std::size_t connections_of(const std::string& user)
    {
        const std::string list = server().cli({"client", "list"});
        std::size_t found = 0;
        for (auto at = list.find("user=" + user + " "); at != std::string::npos;
             at = list.find("user=" + user + " ", at + 1))
            ++found;
        return found;
    }

    const login ann{"ann", "secret"};
};

TEST_F(BackendGuests, AreLoggedInAsWhoTheyAre)
{
    start();
    EXPECT_EQ(whoami(ann), "ann");
    EXPECT_EQ(ask(batch::of("ACL", "WHOAMI")), "default");
    EXPECT_EQ(backend->as(ann)->get(), backend->as(ann)->get()) << "one for all who ask";
    EXPECT_EQ(connections_of("ann"), 1u);
}

TEST_F(BackendGuests, AreRefusedWhenRedisDoesNotKnowThem)
{
    start();
    EXPECT_EQ(whoami({"ann", "wrong"}), "200 no");
    EXPECT_EQ(whoami({"ann", "wrong"}), "200 no") << "without a look";
    EXPECT_EQ(whoami({"", ""}), "200 no") << "nobody is the default user unasked";
    EXPECT_EQ(whoami({"default", "any"}), "default") << "who needs no password here";
    EXPECT_TRUE(backend->health().up);
}

TEST_F(BackendGuests, AreTriedAgainWhenTheyMayBeKnownByNow)
{
    start();
    const login bob{"bob", "b"};
    EXPECT_EQ(whoami(bob), "200 no");
    server().cli({"acl", "setuser", "bob", "on", ">b", "+@all"});
    EXPECT_TRUE(turn_until([&] { return whoami(bob) == "bob"; }));
}

TEST_F(BackendGuests, LeaveWhenNobodyHasAskedForThemForAWhile)
{
    start(50ms);
    auto held = backend->as(ann);
    ASSERT_TRUE(held);
    ASSERT_TRUE(turn_until([&] { return (*held)->health().up; }));
    turn_until([] { return false; }, 300ms);
    EXPECT_EQ(connections_of("ann"), 1u) << "somebody still holds them";
    EXPECT_TRUE(turn_until([&] { return metrics.redis_links_up.get() == 3; }));
    held = error(errc::draining, "");
    EXPECT_TRUE(turn_until([&] { return connections_of("ann") == 0; }));
    EXPECT_EQ(metrics.redis_links_up.get(), 2) << "they are not counted any more";
    EXPECT_EQ(metrics.redis_links_connecting.get(), 0);
}

TEST_F(BackendGuests, AreOnlySoManyAtATime)
{
    start();
    std::vector<std::shared_ptr<redis::backend>> held;
    for (int i = 0; i < 64; ++i)
        held.push_back(backend->as({"default", std::to_string(i)}).value());
    EXPECT_EQ(whoami(ann), "501");
    held.pop_back();
    EXPECT_EQ(whoami(ann), "ann") << "in the place of one that nobody uses";
}

TEST_F(BackendGuests, HaveNoTransactionsThatWouldRunOneByOne)
{
    start();
    for (const std::string only : {"multi", "exec"}) {
        server().cli({"acl", "setuser", only, "on", ">x", "+incr", "+" + only, "~*"});
        for (int again = 0; again < 2; ++again)
            EXPECT_EQ(ask_as({only, "x"}, transaction()), "309 no") << only;
        EXPECT_EQ(ask_as({only, "x"}, batch::of("INCR", only)), ":1") << "nor are they in one";
    }
    EXPECT_EQ(server().cli({"get", "n"}), "");
    server().cli({"acl", "setuser", "both", "on", ">x", "+incr", "+multi", "+exec", "~*"});
    EXPECT_EQ(ask_as({"both", "x"}, transaction()), "+OK, +QUEUED, [:1]");
}

}   // namespace
}   // namespace rediserve::redis
