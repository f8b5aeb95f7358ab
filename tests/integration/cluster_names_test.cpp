// How nodes are reached: by TLS, by names, behind a NAT.
#include "integration/cluster_backend_fixture.hpp"
#include "support/tcp_gate.hpp"

namespace rediserve::cluster {
namespace {

using redis::batch;

class ClusterNames : public ClusterTest
{
protected:
    // Not the one of the other suites.
    static void SetUpTestSuite() {}
    static void TearDownTestSuite() {}
    void SetUp() override {}

    static test::redis_cluster::options with(std::vector<std::string> arguments)
    {
        test::redis_cluster::options how;
        how.arguments = std::move(arguments);
        return how;
    }
    // A key on each node, and one command on all.
    void expect_all_reached()
    {
        batch sets;
        for (int i = 0; i < 30; ++i)
            sets.add("SET", "k" + std::to_string(i), i);
        ask(std::move(sets));
        EXPECT_EQ(ask(batch::of("DBSIZE")), ":30");
    }
};

TEST_F(ClusterNames, WithTlsAreVerified)
{
    test::redis_cluster::options how;
    how.tls = true;
    how.password = "word";
    test::redis_cluster secured(how);
    redis::params settings;
    settings.tls.ca_file = secured.ca_file();
    join(settings, "rediss-cluster://:word@" + secured.seeds());
    expect_all_reached();
    begin_to_join({}, "rediss-cluster://:word@" + secured.seeds());
    EXPECT_EQ(ask(batch::of("GET", "k")), "400 no");
    EXPECT_NE(backend->health().why.find("certificate"), std::string::npos) << backend->health().why;
}

TEST_F(ClusterNames, ThatAreAnnouncedAreResolved)
{
    test::redis_cluster named(
        with({"--cluster-announce-hostname", "localhost", "--cluster-preferred-endpoint-type", "hostname"})
    );
    join({}, named.url());
    expect_all_reached();
}

TEST_F(ClusterNames, ThatCannotBeReachedAreMapped)
{
    test::redis_cluster hidden;
    std::vector<std::unique_ptr<test::tcp_gate>> gates;
    redis::params settings;
    for (std::size_t node = 0; node < hidden.size(); ++node) {
        gates.push_back(std::make_unique<test::tcp_gate>(hidden.port(node)));
        settings.node_map.push_back({{"127.0.0.1", hidden.port(node)}, {"localhost", gates.back()->port()}});
    }
    join(settings, "redis-cluster://127.0.0.1:" + std::to_string(gates.front()->port()));
    expect_all_reached();
    const auto slot = hidden.slot("k1");
    hidden.move_slot(slot, hidden.owner(slot) == 0 ? 1 : 0);
    EXPECT_EQ(ask(batch::of("GET", "k1")), "1") << "where MOVED sends it";
    gates.clear();
    EXPECT_TRUE(turn_until([&] { return ask(batch::of("GET", "k1")) == "400 no"; })) << "nothing goes by another way";
}

}   // namespace
}   // namespace rediserve::cluster
