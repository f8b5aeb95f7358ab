// Which server is which after a reload.
#include "rediserve/config/server_register.hpp"

#include "config_test.hpp"

#include <fstream>

namespace rediserve::config {
namespace {

using testing::SizeIs;

class ServerRegister : public testing::Test
{
protected:
    // As a process reads it: the servers by host, with their numbers. `own` is redis.url's.
    std::map<std::string, std::size_t> read(settings from)
    {
        const redis::params own = from.redis;
        return read(std::move(from), own);
    }

    std::map<std::string, std::size_t> read(settings from, const redis::params& own)
    {
        std::map<std::string, std::size_t> found;
        latest = subject.number(from, own);
        for (const numbered_server& one : latest)
            found[one.settings.address.host] = one.number;
        given = std::move(from.access);
        return found;
    }

    // A principal for each of `hosts`, beside redis://main.
    static settings with(const std::vector<std::string>& hosts)
    {
        settings made;
        made.redis.address.host = "main";
        for (const std::string& host : hosts) {
            redis::params server = made.redis;
            server.address.host = host;
            made.more_redis.push_back(server);
            made.access.accounts.push_back({{.name = host, .backend = made.more_redis.size()}, true});
        }
        return made;
    }

    std::size_t number_given_to(std::string_view name) const
    {
        const auto is = [&](const access::account& one) { return one.who.name == name; };
        return std::ranges::find_if(given.accounts, is)->who.backend;
    }

    void settle() { subject.forget_others(latest); }

    server_register subject;
    std::vector<numbered_server> latest;
    access::params given;
};

TEST_F(ServerRegister, GivesEachPrincipalTheNumberOfItsServer)
{
    settings from = with({"a", "b"});
    from.access.token = "word";
    from.access.accounts.push_back({{.name = "plain"}});
    from.access.more.push_back({"t", {.name = "srh", .backend = 2}});
    from.access.rates_backend = 1;
    const auto numbers = read(from);
    ASSERT_THAT(numbers, SizeIs(3));
    EXPECT_EQ(given.backend, numbers.at("main"));
    EXPECT_EQ(number_given_to("plain"), numbers.at("main"));
    EXPECT_EQ(number_given_to("a"), numbers.at("a"));
    EXPECT_EQ(given.more[0].who.backend, numbers.at("b"));
    EXPECT_EQ(given.rates_backend, numbers.at("a"));
    for (const auto& [host, number] : numbers)
        EXPECT_NE(number, 0u) << "which is whatever server is the first";
}

TEST_F(ServerRegister, KeepsTheNumbersWhateverTheirPlaces)
{
    const auto before = read(with({"a", "b", "c"}));
    settle();
    const auto after = read(with({"c", "d", "a"}));
    EXPECT_EQ(after.at("main"), before.at("main"));
    EXPECT_EQ(after.at("a"), before.at("a"));
    EXPECT_EQ(after.at("c"), before.at("c"));
    EXPECT_EQ(number_given_to("a"), before.at("a"));
    for (const auto& [host, number] : before)
        EXPECT_NE(after.at("d"), number) << host;
}

TEST_F(ServerRegister, NeverGivesANumberAgain)
{
    const auto before = read(with({"a"}));
    settle();
    read(with({}));
    settle();
    EXPECT_NE(read(with({"a"})).at("a"), before.at("a")) << "the old one may be on its way out still";
}

TEST_F(ServerRegister, ForgetsNothingForAReloadThatIsNotApplied)
{
    const auto before = read(with({"a"}));
    settle();
    const auto dropped = read(with({"b"}));
    const auto after = read(with({"a", "b"}));
    EXPECT_EQ(after.at("a"), before.at("a"));
    EXPECT_EQ(after.at("b"), dropped.at("b"));
}

TEST_F(ServerRegister, TellsServersApartByAllThatIsSetOfThem)
{
    const settings plain = with({"a"});
    const auto before = read(plain);
    settle();
    settings changed = plain;
    changed.more_redis[0].address.password = "new";
    EXPECT_NE(read(changed).at("a"), before.at("a"));
    changed = plain;
    changed.more_redis[0].shared_connections += 1;
    EXPECT_NE(read(changed).at("a"), before.at("a"));
    EXPECT_EQ(read(changed).at("main"), before.at("main"));
    EXPECT_EQ(read(plain), before);
}

TEST_F(ServerRegister, SeesNewCertificatesInTheSameFiles)
{
    const temporary_file authorities("one");
    settings from = with({"plain"});
    from.redis.address.transport = redis::transport::tls;
    from.redis.tls.ca_file = authorities.path();
    from.more_redis[0].tls.ca_file = authorities.path();
    const auto before = read(from);
    EXPECT_EQ(read(from), before);
    std::ofstream(authorities.path(), std::ios::trunc) << "two";
    const auto after = read(from);
    EXPECT_NE(after.at("main"), before.at("main"));
    EXPECT_EQ(after.at("plain"), before.at("plain")) << "which speaks no TLS";
}

// An embedded server goes on though the file names another one now, and who names that one by its URL is not given the
// embedded one.
TEST_F(ServerRegister, DoesNotMistakeTheEmbeddedServerForTheOneThatIsNamed)
{
    settings from = with({});
    from.access.accounts = {{{.name = "plain"}}, {{.name = "named"}, true}};
    redis::params embedded = from.redis;
    embedded.address.host = "embedded";
    const auto numbers = read(from, embedded);
    EXPECT_EQ(number_given_to("plain"), numbers.at("embedded"));
    EXPECT_EQ(number_given_to("named"), numbers.at("main"));
}

}   // namespace
}   // namespace rediserve::config
