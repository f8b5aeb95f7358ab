// --embedded: a private Redis that comes and goes with the gateway.
#include "e2e/rest_test.hpp"

#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace rediserve::test {
namespace {

namespace fs = std::filesystem;

class Embedded : public testing::Test
{
protected:
    // The process of the embedded server.
    static pid_t server_of(gateway& rest)
    {
        auto children = children_of(rest.process().id());
        EXPECT_EQ(children.size(), 1U);
        return children.empty() ? -1 : children.front();
    }

    static fs::path folder_of(pid_t server) { return fs::read_symlink("/proc/" + std::to_string(server) + "/cwd"); }

    // The inodes of the sockets that a process holds, compared with those that listen on TCP.
    static bool listens_on_tcp(pid_t id)
    {
        for (const auto* table : {"tcp", "tcp6"}) {
            std::ifstream lines("/proc/net/" + std::string(table));
            std::string line;
            std::getline(lines, line);
            while (std::getline(lines, line)) {
                std::istringstream fields(line);
                std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
                if (words.size() > 9 && words[3] == "0A" && holds_socket(id, words[9]))
                    return true;
            }
        }
        return false;
    }

private:
    static bool holds_socket(pid_t id, const std::string& inode)
    {
        for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(id) + "/fd")) {
            std::error_code gone;
            if (fs::read_symlink(entry.path(), gone).string() == "socket:[" + inode + "]")
                return true;
        }
        return false;
    }
};

TEST_F(Embedded, ServesFromAPrivateFolderWithoutAPort)
{
    gateway rest({"--embedded"});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(rest.request("PUT", "/keys/greeting", "hello"), Answers(201, R"({"key":"greeting","created":true})"));
    EXPECT_THAT(rest.request("GET", "/keys/greeting"), Answers(200, R"({"key":"greeting","value":"hello"})"));
    auto server = server_of(rest);
    struct stat about = {};
    ASSERT_EQ(::stat(folder_of(server).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0700U);
    EXPECT_FALSE(listens_on_tcp(server));
    EXPECT_TRUE(listens_on_tcp(rest.process().id()));
}

TEST_F(Embedded, LeavesNothingBehind)
{
    for (int number : {SIGTERM, SIGINT}) {
        gateway rest({"--embedded"});
        ASSERT_TRUE(rest.await_ready());
        auto server = server_of(rest);
        auto folder = folder_of(server);
        rest.process().signal(number);
        EXPECT_EQ(rest.process().wait(), 0) << rest.process().output();
        EXPECT_FALSE(alive(server));
        EXPECT_FALSE(fs::exists(folder)) << folder;
    }
}

TEST_F(Embedded, EndsWithAGatewayThatIsKilled)
{
    gateway rest({"--embedded"});
    ASSERT_TRUE(rest.await_ready());
    auto server = server_of(rest);
    auto folder = folder_of(server);
    rest.process().signal(SIGKILL);
    rest.process().wait();
    EXPECT_TRUE(await([&] { return !alive(server); }));
    fs::remove_all(folder);   // a killed gateway cannot
}

TEST_F(Embedded, ComesBackWhenItDies)
{
    gateway rest({"--embedded"});
    ASSERT_TRUE(rest.await_ready());
    for (int round = 0; round < 3; ++round) {
        auto server = server_of(rest);
        ::kill(server, SIGKILL);
        EXPECT_TRUE(await([&] { return !alive(server); }));
        EXPECT_TRUE(await([&] { return rest.request("PUT", "/keys/k", "v").status < 300; })) << rest.process().output();
        EXPECT_NE(server_of(rest), server);
    }
}

TEST_F(Embedded, KeepsItsDataWhereItIsTold)
{
    temporary_folder folder;
    auto data = (folder.path() / "data").string();
    {
        gateway rest({"--embedded", "--data", data});
        ASSERT_TRUE(rest.await_ready());
        EXPECT_THAT(rest.request("PUT", "/keys/kept", "value"), HasStatus(201));
        rest.process().signal(SIGTERM);
        EXPECT_EQ(rest.process().wait(), 0);
    }
    gateway rest({"--embedded", "--data", data});
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(rest.request("GET", "/keys/kept?raw"), Answers(200, "value"));
}

// A write that was cut short inside a transaction, which Redis would run a part of at the start after the next.
class EmbeddedWithTornFile : public Embedded
{
protected:
    static constexpr std::uintmax_t missing = 30;   // of what SET and EXEC take at the end of the transaction

    // One thread, which has Redis back for every connection or for none.
    std::vector<std::string> command() const
    {
        return {"--embedded", "--data", (folder_.path() / "data").string(), "--threads", "1"};
    }

    static http_response increment(gateway& rest)
    {
        return rest.request("POST", "/keys/n/incr", "", {{"Idempotency-Key", "\"first\""}});
    }

    static void stop(gateway& rest)
    {
        rest.process().signal(SIGTERM);
        EXPECT_EQ(rest.process().wait(), 0) << rest.process().output();
    }

    fs::path file() const { return folder_.path() / "data/appendonlydir/appendonly.aof.1.incr.aof"; }
    void tear() const { fs::resize_file(file(), fs::file_size(file()) - missing); }

    // Once, now and after the start after the next.
    void expect_done_once(gateway& rest) const
    {
        EXPECT_THAT(increment(rest), Answers(200, R"({"key":"n","value":1})"));
        stop(rest);
        gateway next(command());
        ASSERT_TRUE(next.await_ready());
        EXPECT_THAT(increment(next), Answers(200, R"({"key":"n","value":1})"));
        EXPECT_THAT(next.request("GET", "/keys/n?raw"), Answers(200, "1"));
    }

private:
    temporary_folder folder_;
};

TEST_F(EmbeddedWithTornFile, MendsItAtTheStart)
{
    {
        gateway rest(command());
        ASSERT_TRUE(rest.await_ready());
        EXPECT_THAT(increment(rest), HasStatus(200));
        stop(rest);
    }
    tear();
    gateway rest(command());
    ASSERT_TRUE(rest.await_ready()) << rest.process().output();
    EXPECT_TRUE(await([&] { return rest.process().output().find("mended its append-only file") != std::string::npos; })
    );
    expect_done_once(rest);
}

TEST_F(EmbeddedWithTornFile, MendsItWhenTheServerDied)
{
    gateway rest(command());
    ASSERT_TRUE(rest.await_ready());
    EXPECT_THAT(increment(rest), HasStatus(200));
    const auto server = server_of(rest);
    rest.process().signal(SIGSTOP);
    ::kill(server, SIGKILL);
    EXPECT_TRUE(await([&] { return !alive(server); }));
    tear();
    rest.process().signal(SIGCONT);
    EXPECT_TRUE(await([&] { return rest.request("GET", "/keys/other").status == 404; })) << rest.process().output();
    expect_done_once(rest);
}

// As a server leaves it that has cut too little once; redis-check-aof would cut off all that is behind that.
TEST_F(EmbeddedWithTornFile, KeepsWhatIsBehindAnOlderTear)
{
    {
        gateway rest(command());
        ASSERT_TRUE(rest.await_ready());
        EXPECT_THAT(rest.request("PUT", "/keys/before", "1"), HasStatus(201));
        stop(rest);
    }
    std::ofstream(file(), std::ios::binary | std::ios::app)
        << "*1\r\n$5\r\nMULTI\r\n*2\r\n$4\r\nINCR\r\n$3\r\nold\r\n"
        << "*1\r\n$5\r\nMULTI\r\n*2\r\n$4\r\nINCR\r\n$5\r\nafter\r\n*1\r\n$4\r\nEXEC\r\n"
        << "*2\r\n$4\r\nINCR\r\n$4\r\nlast\r\n"
        << "*1\r\n$5\r\nMULTI\r\n*2\r\n$4\r\nINCR\r\n$4\r\ntorn\r\n*1\r\n$4\r\nEX";
    gateway rest(command());
    ASSERT_TRUE(rest.await_ready()) << rest.process().output();
    for (const std::string kept : {"before", "after", "last"})
        EXPECT_THAT(rest.request("GET", "/keys/" + kept + "?raw"), Answers(200, "1")) << kept;
    EXPECT_THAT(rest.request("GET", "/keys/torn"), HasStatus(404));
}

TEST_F(Embedded, SaysWhenThereIsNoServer)
{
    auto result = run({"--listen", "127.0.0.1:0", "--embedded"}, {{"PATH", "/nonexistent"}});
    EXPECT_EQ(result.code, 69);
    EXPECT_THAT(result.output, testing::HasSubstr("redis-server"));
    EXPECT_THAT(result.output, testing::HasSubstr("valkey-server"));
}

}   // namespace
}   // namespace rediserve::test
