// Redis servers come, go and change at SIGHUP, and no request is lost by it.
#include "e2e/event_stream.hpp"
#include "e2e/rest_test.hpp"
#include "support/access_file.hpp"
#include "support/sanitizer.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

namespace rediserve::test {
namespace {

using testing::HasSubstr;

header_list with(const std::string& token)
{
    return {{"Authorization", "Bearer " + token}};
}

std::size_t times(std::string_view what, std::string_view in)
{
    std::size_t found = 0;
    for (auto at = in.find(what); at != in.npos; at = in.find(what, at + 1))
        ++found;
    return found;
}

class OperationsServers : public testing::Test
{
protected:
    // A principal of its own name, with rules, for each of these servers.
    void write(const std::map<std::string, std::string>& urls, const std::string& more = {})
    {
        std::string servers;
        std::string principals;
        std::string tokens;
        for (const auto& [name, url] : urls) {
            const std::string comma = servers.empty() ? "" : ",";
            servers += comma + "\"" + name + "\":\"" + url + "\"";
            principals +=
                comma + "\"" + name + R"(":{"backend":")" + name + R"(","rules":"+@all +@dangerous -flushall ~* &*"})";
            tokens += comma + token_entry("token-of-" + name, name);
        }
        write_document(
            R"({"backends":{)" + servers + R"(},"principals":{)" + principals + R"(},"tokens":[)" + tokens + "]" + more
            + "}"
        );
    }

    void write_document(const std::string& content) const
    {
        std::ofstream(access_ + ".new") << content;
        std::filesystem::rename(access_ + ".new", access_);
    }

    void start(const std::string& options = "{}", const std::vector<std::string>& arguments = {})
    {
        options_.write(options);
        std::vector<std::string> all{"--config", options_.path(), "--access", access_};
        all.insert(all.end(), arguments.begin(), arguments.end());
        rest_ = std::make_unique<gateway>(all);
        ASSERT_TRUE(rest_->await_ready());
    }

    std::string log() { return rest_->process().output(); }
    // Lines are written a moment after what they tell of.
    bool logs(std::string_view word)
    {
        return await([&] { return log().find(word) != std::string::npos; });
    }

    void reload()
    {
        const auto before = times("\"reloaded\"", log());
        rest_->process().signal(SIGHUP);
        ASSERT_TRUE(await([&] { return times("\"reloaded\"", log()) > before; })) << log();
    }

    http_response post(const std::string& token, const std::string& command)
    {
        return rest_->request("POST", "/", command, with(token));
    }

    // Whose token is let in to which server, once every thread knows.
    bool becomes(const std::string& token, const std::string& answer)
    {
        return await([&] {
            for (int i = 0; i < 8; ++i)   // some on each thread
                if (post(token, R"(["GET","who"])").body != R"({"result":")" + answer + "\"}")
                    return false;
            return true;
        });
    }

    // Ids of the gateway's connections to `of`.
    static std::set<std::string> connections(const redis_server& of)
    {
        std::set<std::string> ids;
        std::istringstream lines(of.cli({"client", "list"}));
        for (std::string line; std::getline(lines, line);)
            if (line.find("name=rediserve") != line.npos)
                ids.insert(line.substr(0, line.find(' ')));
        return ids;
    }

    void SetUp() override
    {
        first_.cli({"set", "who", "first"});
        other_.cli({"set", "who", "other"});
    }

    redis_server first_;
    redis_server other_;
    temporary_folder folder_;
    const std::string access_ = (folder_.path() / "access.json").string();
    configuration options_{"{}"};
    std::unique_ptr<gateway> rest_;
};

// Counts with a token on connections that are kept, and knows what was answered.
class counting
{
public:
    counting(const gateway& through, const std::string& token, int clients)
    {
        for (int i = 0; i < clients; ++i)
            threads_.emplace_back([this, address = through.address(), token] { count(address, token); });
    }
    ~counting() { stop(); }

    void stop()
    {
        stopping_ = true;
        for (std::thread& each : threads_)
            if (each.joinable())
                each.join();
    }

    long good() const { return good_; }
    std::string failure() const
    {
        const std::lock_guard lock(mutex_);
        return failure_;
    }

private:
    void count(const std::string& address, const std::string& token)
    {
        try {
            http_connection through(address);
            while (!stopping_) {
                const auto answer = through.request("POST", "/", R"(["INCR","n"])", with(token));
                if (answer.status == 200)
                    ++good_;
                else
                    fail(std::to_string(answer.status) + " " + answer.body);
            }
        } catch (const std::exception& why) {
            fail(why.what());
        }
    }

    void fail(const std::string& why)
    {
        const std::lock_guard lock(mutex_);
        failure_ += why + "\n";
        stopping_ = true;
    }

    std::atomic<bool> stopping_{false};
    std::atomic<long> good_{0};
    mutable std::mutex mutex_;
    std::string failure_;
    std::vector<std::thread> threads_;
};

TEST_F(OperationsServers, ComeAndGo)
{
    write({{"a", first_.url()}});
    start();
    const auto ids = connections(first_);
    EXPECT_FALSE(ids.empty());
    write({{"a", first_.url()}, {"b", other_.url()}});
    reload();
    EXPECT_TRUE(becomes("token-of-b", "other"));
    EXPECT_TRUE(becomes("token-of-a", "first"));
    EXPECT_EQ(connections(first_), ids) << "nothing about it has changed";
    EXPECT_TRUE(logs("server_added")) << log();
    write({{"b", other_.url()}});
    reload();
    EXPECT_TRUE(await([&] { return post("token-of-a", R"(["PING"])").status == 401; }));
    EXPECT_TRUE(await([&] { return connections(first_).empty(); }));
    EXPECT_TRUE(becomes("token-of-b", "other"));
    EXPECT_TRUE(logs("server_removed")) << log();
}

TEST_F(OperationsServers, ChangePlacesUnderLoadWithoutALoss)
{
    const int reloads = under_sanitizer ? 10 : 40;
    write({{"a", first_.url()}});
    start();
    counting clients(*rest_, "token-of-a", 4);
    for (int i = 0; i < reloads && clients.failure().empty(); ++i) {
        const long before = clients.good();
        write({{"a", i % 2 == 0 ? other_.url() : first_.url()}});
        reload();
        EXPECT_TRUE(await([&] { return clients.good() > before + 20 || !clients.failure().empty(); }));
    }
    clients.stop();
    EXPECT_EQ(clients.failure(), "");
    EXPECT_EQ(std::stol(first_.cli({"get", "n"})) + std::stol(other_.cli({"get", "n"})), clients.good())
        << "each was run once, wherever";
    EXPECT_GT(std::stol(other_.cli({"get", "n"})), 0);
}

TEST_F(OperationsServers, AreConnectedToAnewWhenTheirSettingsChange)
{
    write_document(R"({"principals":{"a":{"rules":"+@all ~*"}},"tokens":[)" + token_entry("token-of-a", "a") + "]}");
    const auto options = [&](const std::string& more) {
        return R"({"redis":{"url":")" + first_.url() + "\"" + more + "}}";
    };
    start(options(""));
    counting clients(*rest_, "token-of-a", 3);
    const auto ids = connections(first_);
    first_.cli({"config", "set", "requirepass", "secret"});   // for those that log in from now on
    options_.write(options(R"(,"password":"secret","shared_connections":3)"));
    reload();
    const auto list = [&] {
        std::set<std::string> found;
        std::istringstream lines(first_.cli({"--no-auth-warning", "-a", "secret", "client", "list"}));
        for (std::string line; std::getline(lines, line);)
            if (line.find("name=rediserve") != line.npos)
                found.insert(line.substr(0, line.find(' ')));
        return found;
    };
    EXPECT_TRUE(await([&] {
        const auto now = list();
        return now.size() > ids.size() && std::ranges::none_of(ids, [&](const auto& id) { return now.contains(id); });
    }));
    clients.stop();
    EXPECT_EQ(clients.failure(), "");
    EXPECT_EQ(first_.cli({"--no-auth-warning", "-a", "secret", "get", "n"}), std::to_string(clients.good()));
    EXPECT_THAT(log(), testing::Not(HasSubstr("needs_restart")));
}

TEST_F(OperationsServers, FinishWhatTheyHaveBegun)
{
    write({{"a", first_.url()}});
    start();
    auto blocked = rest_->connect();
    blocked.send("POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-a\r\nContent-Length: 18\r\n\r\n"
                 R"(["BLPOP","q","30"])");
    ASSERT_TRUE(await([&] { return first_.cli({"info", "clients"}).find("blocked_clients:1") != std::string::npos; }));
    write({{"a", other_.url()}});
    reload();
    EXPECT_TRUE(becomes("token-of-a", "other"));
    first_.cli({"rpush", "q", "late"});
    EXPECT_THAT(blocked.read(), Answers(200, R"({"result":["q","late"]})"));
    EXPECT_TRUE(await([&] { return connections(first_).empty(); }));
    EXPECT_THAT(log(), testing::Not(HasSubstr("cut_off")));
}

TEST_F(OperationsServers, AreLeftWhenTheDrainTimeIsOver)
{
    write({{"a", first_.url()}});
    start(R"({"drain":{"timeout":"200ms"}})");
    auto blocked = rest_->connect();
    blocked.send("POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-a\r\nContent-Length: 18\r\n\r\n"
                 R"(["BLPOP","q","30"])");
    ASSERT_TRUE(await([&] { return first_.cli({"info", "clients"}).find("blocked_clients:1") != std::string::npos; }));
    write({{"a", other_.url()}});
    reload();
    EXPECT_THAT(blocked.read(), HasStatus(503));
    EXPECT_TRUE(await([&] { return connections(first_).empty(); }));
    EXPECT_TRUE(logs("cut_off")) << log();
    EXPECT_THAT(
        blocked.request("POST", "/", R"(["GET","who"])", with("token-of-a")), Answers(200, R"({"result":"other"})")
    ) << "the connection of the client is none of the server's";
}

TEST_F(OperationsServers, SayGoodbyeToListeners)
{
    write({{"a", first_.url()}, {"b", other_.url()}});
    start();
    event_stream leaving(rest_->address(), "/subscribe/news", with("token-of-a"));
    event_stream staying(rest_->address(), "/subscribe/news", with("token-of-b"));
    ASSERT_EQ(leaving.next_data(), "data: subscribe,news,1");
    ASSERT_EQ(staying.next_data(), "data: subscribe,news,1");
    write({{"b", other_.url()}});
    reload();
    EXPECT_THAT(leaving.next_data(), HasSubstr("close"));
    EXPECT_EQ(leaving.await_end(), event_stream::end::clean);
    EXPECT_TRUE(await([&] { return connections(first_).empty(); }));
    other_.cli({"publish", "news", "still here"});
    EXPECT_EQ(staying.next_data(), "data: message,news,still here");
}

TEST_F(OperationsServers, NeedNotBeThereToBeAdded)
{
    write({{"a", first_.url()}});
    start();
    counting clients(*rest_, "token-of-a", 2);
    const std::string nowhere = "redis://127.0.0.1:" + std::to_string(free_port());
    write({{"a", first_.url()}, {"b", nowhere}});
    reload();
    EXPECT_TRUE(await([&] { return post("token-of-b", R"(["PING"])").status == 503; }));
    EXPECT_TRUE(rest_->await_ready(false));
    EXPECT_THAT(rest_->request("GET", "/readyz").body, HasSubstr(nowhere));
    write({{"a", first_.url()}});
    reload();
    EXPECT_TRUE(rest_->await_ready()) << "what has gone does not count";
    clients.stop();
    EXPECT_EQ(clients.failure(), "");
}

TEST_F(OperationsServers, StayAsTheyAreWhenTheFileIsBad)
{
    write({{"a", first_.url()}});
    start();
    const auto ids = connections(first_);
    for (const auto* bad : {"http://x", "redis://:x", "redis://127.0.0.1:99999", "unix:"}) {
        const auto before = times("\"refused\"", log());
        write({{"a", other_.url()}, {"b", bad}});
        rest_->process().signal(SIGHUP);
        ASSERT_TRUE(await([&] { return times("\"refused\"", log()) > before; })) << bad << log();
        EXPECT_TRUE(becomes("token-of-a", "first"));
    }
    EXPECT_EQ(connections(first_), ids);
    EXPECT_TRUE(connections(other_).empty());
}

TEST_F(OperationsServers, StayAsTheyAreWhenATlsFileIsBad)
{
    write({{"a", first_.url()}});
    start();
    write({{"a", "rediss://127.0.0.1:1"}});
    options_.write(R"({"redis":{"tls":{"ca_file":")" + access_ + R"("}}})");
    rest_->process().signal(SIGHUP);
    EXPECT_TRUE(logs("no certificate authority")) << log();
    EXPECT_TRUE(logs("\"refused\"")) << log();
    EXPECT_TRUE(becomes("token-of-a", "first"));
}

TEST_F(OperationsServers, AreFollowedByTickets)
{
    write({{"a", first_.url()}, {"b", first_.url() + "?db=1"}});
    start();
    const auto ticket = [&](const std::string& token) {
        return json_of(rest_->request("POST", "/tickets", {}, with(token)))["ticket"].get<std::string>();
    };
    const std::string moved = ticket("token-of-a");
    const std::string gone = ticket("token-of-b");
    write({{"a", other_.url()}});
    reload();
    ASSERT_TRUE(becomes("token-of-a", "other"));
    EXPECT_THAT(rest_->request("POST", "/", R"(["GET","who"])", with(moved)), Answers(200, R"({"result":"other"})"));
    EXPECT_THAT(rest_->request("POST", "/", R"(["GET","who"])", with(gone)), HasStatus(401));
}

TEST_F(OperationsServers, LeaveTheirCountsBehind)
{
    write({{"a", first_.url()}});
    start();
    const auto counted = [&] {
        return metric(
            rest_->request("GET", "/metrics", {}, with("token-of-a")).body,
            "rediserve_redis_command_duration_seconds_count"
        );
    };
    for (int i = 0; i < 50; ++i)
        post("token-of-a", R"(["PING"])");
    double latest = counted();
    EXPECT_GE(latest, 50);
    for (int i = 0; i < 6; ++i) {
        write({{"a", i % 2 == 0 ? other_.url() : first_.url()}});
        reload();
        ASSERT_TRUE(becomes("token-of-a", i % 2 == 0 ? "other" : "first"));
        ASSERT_TRUE(await([&] { return connections(i % 2 == 0 ? first_ : other_).empty(); }));
        const double now = counted();
        EXPECT_GE(now, latest);
        latest = now;
    }
    const auto all = rest_->request("GET", "/metrics", {}, with("token-of-a")).body;
    EXPECT_EQ(metric(all, "rediserve_redis_links", "connecting"), 0);
    EXPECT_EQ(metric(all, "rediserve_redis_subscriptions"), 0);
}

TEST_F(OperationsServers, LeaveNothingElseBehind)
{
    const int rounds = 50;
    write({{"a", first_.url()}});
    start();
    const auto rss = [&] { return resident_bytes(rest_->process().id()); };
    const auto descriptors = [&] { return open_descriptors(rest_->process().id()); };
    const auto round = [&](int i) {
        write({{"a", i % 2 == 0 ? other_.url() : first_.url()}, {"b", first_.url() + "?db=2"}});
        reload();
        event_stream listener(rest_->address(), "/subscribe/news", with("token-of-b"));
        ASSERT_EQ(listener.next_data(), "data: subscribe,news,1");
        ASSERT_TRUE(becomes("token-of-a", i % 2 == 0 ? "other" : "first"));
        write({{"a", i % 2 == 0 ? other_.url() : first_.url()}});
        reload();
        ASSERT_EQ(listener.await_end(), event_stream::end::clean);
        ASSERT_TRUE(await([&] { return connections(i % 2 == 0 ? first_ : other_).empty(); }));
    };
    for (int i = 0; i < 10; ++i)
        round(i);
    const auto before = descriptors();
    const auto memory = rss();
    for (int i = 0; i < rounds && !HasFatalFailure(); ++i)
        round(i);
    EXPECT_TRUE(await([&] { return descriptors() <= before; })) << descriptors() << " after " << before;
    if (under_sanitizer)
        return;
    EXPECT_LT(rss(), memory + 2'000'000);
}

}   // namespace
}   // namespace rediserve::test
