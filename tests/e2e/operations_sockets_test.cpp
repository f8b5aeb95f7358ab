// Socket activation: the real binary with listeners that somebody else has opened.
#include "e2e/rest_test.hpp"
#include "e2e/tls_client.hpp"
#include "support/service_manager.hpp"

#include <csignal>
#include <filesystem>

namespace rediserve::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string local_url(const open_socket& of, const std::string& scheme = "http")
{
    return scheme + "://127.0.0.1:" + std::to_string(of.port());
}

class OperationsSockets : public testing::Test
{
protected:
    gateway start(
        const std::vector<int>& sockets, std::map<std::string, std::string> environment = {},
        const std::vector<std::string>& arguments = {}
    )
    {
        std::vector<std::string> all{"--redis", redis_.url()};
        all.insert(all.end(), arguments.begin(), arguments.end());
        environment.emplace("LISTEN_FDS", std::to_string(sockets.size()));
        return gateway(all, environment, as_listen_pid(), sockets);
    }

    // The binary that ends by itself.
    static outcome end_of(const std::vector<int>& sockets, const std::map<std::string, std::string>& environment)
    {
        process::options how;
        how.command = as_listen_pid();
        how.command.push_back(binary());
        how.environment = environment;
        how.environment.emplace("LISTEN_FDS", std::to_string(sockets.size()));
        how.clear_environment = true;
        how.descriptors = sockets;
        process running(how);
        outcome ended;
        ended.code = running.wait().value_or(-1);
        ended.output = running.output();
        return ended;
    }

    redis_server redis_;
};

TEST_F(OperationsSockets, TakeThePlaceOfTheConfiguredOnes)
{
    const auto socket = open_socket::tcp();
    gateway rest = start({socket.descriptor()}, {}, {"--listen", "127.0.0.1:0"});
    EXPECT_THAT(rest.urls(), ElementsAre(local_url(socket)));
    EXPECT_TRUE(rest.await_ready());
    EXPECT_THAT(rest.request("PUT", "/keys/k", "v"), HasStatus(201));
}

TEST_F(OperationsSockets, KeepWhoCameBeforeTheStart)
{
    const auto socket = open_socket::tcp();
    http_connection early("127.0.0.1:" + std::to_string(socket.port()));
    early.send("GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    gateway rest = start({socket.descriptor()});
    EXPECT_THAT(early.read(), HasStatus(200));
}

TEST_F(OperationsSockets, OutliveARestart)
{
    const auto socket = open_socket::tcp();
    for (int round = 0; round < 2; ++round) {
        gateway rest = start({socket.descriptor()});
        EXPECT_TRUE(rest.await_ready());
        rest.process().signal(SIGTERM);
        EXPECT_EQ(rest.process().wait(), 0) << rest.process().output();
    }
}

TEST_F(OperationsSockets, ServeManyConnectionsOnAllThreads)
{
    const auto socket = open_socket::tcp();
    gateway rest = start({socket.descriptor()}, {}, {"--threads", "2"});
    EXPECT_TRUE(rest.await_ready());
    std::vector<http_connection> open;
    for (int number = 0; number < 20; ++number)
        open.push_back(rest.connect());
    for (auto& each : open)
        EXPECT_THAT(each.request("GET", "/readyz"), HasStatus(200));
}

TEST_F(OperationsSockets, MayBeSeveralAndUnixSocketsStay)
{
    const temporary_folder folder;
    const auto path = (folder.path() / "socket").string();
    const auto tcp = open_socket::tcp();
    const auto local = open_socket::unix_at(path);
    gateway rest = start({tcp.descriptor(), local.descriptor()}, {{"LISTEN_FDNAMES", "http:local"}});
    EXPECT_THAT(rest.urls(), ElementsAre(local_url(tcp), "unix:" + path));
    EXPECT_THAT(http_connection("unix:" + path).request("GET", "/livez"), HasStatus(200));
    rest.process().signal(SIGTERM);
    EXPECT_EQ(rest.process().wait(), 0);
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(OperationsSockets, SpeakTlsByNameAndByPlace)
{
    authority issuer;
    issuer.issue("one", "DNS:one.test");
    const auto plain = open_socket::tcp();
    const auto named = open_socket::tcp();
    const auto placed = open_socket::tcp();
    gateway rest = start(
        {plain.descriptor(), named.descriptor(), placed.descriptor()},
        {{"LISTEN_FDNAMES", "http:https:rediserve.socket"}, {"REDISERVE_HTTP_TLS_CERTIFICATES", issuer.pair("one")}},
        {"--listen", local_url(placed, "https")}
    );
    EXPECT_THAT(rest.urls(), ElementsAre(local_url(plain), local_url(named, "https"), local_url(placed, "https")));
    for (const auto* each : {&named, &placed})
        EXPECT_THAT(tls_client("127.0.0.1:" + std::to_string(each->port())).request("GET", "/livez"), HasStatus(200));
}

TEST_F(OperationsSockets, SurviveAReload)
{
    configuration file("{}");
    const auto socket = open_socket::tcp();
    gateway rest = start({socket.descriptor()}, {}, {"--config", file.path()});
    ASSERT_TRUE(rest.await_ready());
    file.write(R"({"log":{"level":"debug"}})");
    rest.process().signal(SIGHUP);
    EXPECT_TRUE(await([&] { return rest.process().output().find("reloaded") != std::string::npos; }));
    EXPECT_THAT(rest.process().output(), Not(HasSubstr("needs_restart")));
    EXPECT_THAT(rest.request("GET", "/livez"), HasStatus(200));
}

TEST_F(OperationsSockets, ThatOthersCanReachNeedAToken)
{
    const auto open = open_socket::tcp("0.0.0.0");
    const auto refused = end_of({open.descriptor()}, {{"REDIS_URL", redis_.url()}});
    EXPECT_EQ(refused.code, 78);
    EXPECT_THAT(refused.output, HasSubstr("needs a token"));
    gateway rest = start({open.descriptor()}, {{"REDISERVE_TOKEN", "a-token-of-this-test"}});
    EXPECT_THAT(http_connection("127.0.0.1:" + std::to_string(open.port())).request("GET", "/keys/k"), HasStatus(401));
}

TEST_F(OperationsSockets, OfAnotherProcessAreLeftAlone)
{
    const auto socket = open_socket::tcp();
    gateway rest({"--redis", redis_.url()}, {{"LISTEN_FDS", "1"}, {"LISTEN_PID", "1"}}, {}, {socket.descriptor()});
    EXPECT_THAT(rest.urls(), Not(ElementsAre(local_url(socket))));
}

TEST_F(OperationsSockets, ThatAreNoneEndTheStart)
{
    const auto socket = open_socket::tcp();
    // One more than there are.
    const auto missing = end_of({socket.descriptor()}, {{"LISTEN_FDS", "2"}, {"REDIS_URL", redis_.url()}});
    EXPECT_EQ(missing.code, 78);
    EXPECT_THAT(missing.output, HasSubstr("descriptor 4 is no socket"));
}

}   // namespace
}   // namespace rediserve::test
