// Ten thousand entries to five hundred listeners, which come and go, while the gateway and Redis are killed and come back: each
// listener sees each entry once, and in order. And five thousand to consumers of a group, who die with entries in hand: each
// entry is taken and acknowledged.
#include "e2e/event_stream.hpp"
#include "support/sanitizer.hpp"

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <iostream>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <thread>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;

constexpr int entries = 10'000;
constexpr int listeners = 500;
constexpr int threads = 4;
constexpr std::chrono::seconds ample{120};

// Somebody who knows nothing but the id of the last event, as a browser's EventSource does.
class tenacious_listener
{
public:
    // Reads what has come, comes back when the stream has ended, and sometimes goes by itself.
    void turn(const std::string& address, std::mt19937& dice)
    {
        try {
            if (!stream_) {
                stream_.emplace(address, "/streams/s", header_list{{"Last-Event-ID", last_}}, "GET");
                ++came_;
            }
            while (const auto event = stream_->next(1ms))
                take(*event);
            if (stream_->ended() != event_stream::end::open || dice() % 200 == 0)
                stream_.reset();
        } catch (const std::exception&) {
            stream_.reset();   // nobody is there at the moment
        }
    }

    int seen() const noexcept { return seen_; }
    int came() const noexcept { return came_; }
    const std::string& wrong() const noexcept { return wrong_; }

private:
    void take(const std::string& event)
    {
        if (event.find("event: open") != std::string::npos || event.starts_with(':')
            || event.find("event: close") != std::string::npos)
            return;
        const std::string expected = "{\"n\":\"" + std::to_string(seen_ + 1) + "\"}";
        const auto data = event.find("\ndata: ");
        if (!event.starts_with("id: ") || data == std::string::npos || event.substr(data + 7) != expected) {
            if (wrong_.empty())
                wrong_ = "after " + std::to_string(seen_) + ": " + event;
            return;
        }
        last_ = event.substr(4, data - 4);
        ++seen_;
    }

    std::optional<event_stream> stream_;
    std::string last_ = "0-0";
    int seen_ = 0;
    int came_ = 0;
    std::string wrong_;
};

// Acknowledges what it is sent, and sometimes dies before: then another comes in its place, who does not know it.
class mortal_consumer
{
public:
    explicit mortal_consumer(unsigned number) : dice_(number), name_(std::to_string(number)) {}

    void turn(const std::string& address)
    {
        try {
            if (!stream_)
                stream_.emplace(address, target() + name_ + "-" + std::to_string(deaths_), header_list(), "GET");
            while (const auto event = stream_->next(1ms))
                if (!take(address, *event))
                    return;
            if (stream_->ended() != event_stream::end::open)
                stream_.reset();
        } catch (const std::exception&) {
            stream_.reset();   // nobody is there at the moment
        }
    }

    const std::set<int>& seen() const noexcept { return seen_; }
    int deaths() const noexcept { return deaths_; }

private:
    static std::string target() { return "/streams/s?group=g&claim=1s&consumer="; }

    // What is not acknowledged, for whatever reason, comes again.
    bool take(const std::string& address, const std::string& event)
    {
        if (!event.starts_with("id: "))
            return true;
        const std::string id = event.substr(4, event.find('\n') - 4);
        seen_.insert(std::stoi(id));
        if (dice_() % 100 == 0) {
            ++deaths_;
            stream_.reset();
            return false;
        }
        http_connection(address).request("POST", "/streams/s/groups/g/ack", R"({"ids":[")" + id + R"("]})");
        return true;
    }

    std::mt19937 dice_;
    std::string name_;
    std::optional<event_stream> stream_;
    std::set<int> seen_;
    int deaths_ = 0;
};

class FaultStreams : public testing::Test
{
protected:
    void SetUp() override
    {
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
        ::setrlimit(RLIMIT_NOFILE, &limit);
        start();
    }

    void start()
    {
        gateway_ = std::make_unique<gateway>(
            std::vector<std::string>{"--redis", redis_.url(), "--threads", "2"},
            std::map<std::string, std::string>{{"REDISERVE_HTTP_LIMITS_CONNECTIONS", "4000"}}
        );
        std::lock_guard lock(mutex_);
        address_ = gateway_->address();
    }
    void kill_gateway()
    {
        gateway_->process().signal(SIGKILL);
        start();
    }
    void kill_redis()
    {
        redis_.kill();
        redis_.restart();
    }
    std::string address() const
    {
        std::lock_guard lock(mutex_);
        return address_;
    }

    // As often as it takes: an entry that is there is not added again.
    void add(int first, int count)
    {
        const std::string script =
            "for i = ARGV[1], ARGV[1] + ARGV[2] - 1 do redis.pcall('xadd', KEYS[1], string.format('%d-0', i), "
            "'n', string.format('%d', i)) end return redis.call('xlen', KEYS[1])";
        const std::string all = std::to_string(first + count - 1);
        std::string said;
        const bool added = await([&] {
            said = redis_.cli({"eval", script, "1", "s", std::to_string(first), std::to_string(count)});
            return said == all;
        });
        EXPECT_TRUE(added) << said;
    }

    redis_server redis_{
        redis_server::options{.tcp = true, .arguments = {"--appendonly", "yes", "--appendfsync", "always"}}};

private:
    std::unique_ptr<gateway> gateway_;
    mutable std::mutex mutex_;
    std::string address_;
};

TEST_F(FaultStreams, EachListenerSeesEachEntryOnceAndInOrder)
{
    std::vector<tenacious_listener> all(listeners);
    std::vector<std::thread> working;
    std::atomic<int> finished = 0;
    std::atomic<int> wrong = 0;
    std::atomic<std::int64_t> seen = 0;   // by all together
    std::atomic<bool> over = false;
    for (int thread = 0; thread < threads; ++thread)
        working.emplace_back([&, thread] {
            std::mt19937 dice(static_cast<unsigned>(thread));
            std::vector<bool> done(listeners);
            while (!over) {
                for (std::size_t at = static_cast<std::size_t>(thread); at < all.size(); at += threads) {
                    const int before = all[at].seen();
                    all[at].turn(address(), dice);
                    seen += all[at].seen() - before;
                    wrong += all[at].wrong().empty() ? 0 : 1;
                    if (all[at].seen() >= entries && !done[at]) {
                        done[at] = true;
                        ++finished;
                    }
                }
            }
        });
    constexpr int step = 500;
    for (int first = 1; first <= entries; first += step) {
        add(first, step);
        // Most have seen most of what there was before.
        EXPECT_TRUE(await([&] { return wrong > 0 || seen >= std::int64_t{listeners} * (first - step / 2); }, ample));
        const int round = first / step;
        if (round % 4 == 1)
            kill_gateway();
        else if (round % 4 == 3)
            kill_redis();
    }
    const bool complete = await([&] { return finished == listeners || wrong > 0; }, ample);
    over = true;
    for (auto& each : working)
        each.join();
    int came = 0;
    for (const tenacious_listener& each : all) {
        came += each.came();
        ASSERT_EQ(each.wrong(), "");
        ASSERT_EQ(each.seen(), entries);
    }
    std::cout << listeners << " listeners came " << came << " times\n";
    EXPECT_TRUE(complete);
    EXPECT_GT(came, listeners * 2);
}

TEST_F(FaultStreams, EachEntryIsTakenAndAcknowledgedByAGroup)
{
    constexpr int jobs = 5'000;
    constexpr int step = 500;
    redis_.cli({"xgroup", "create", "s", "g", "0", "mkstream"});
    std::vector<mortal_consumer> all;
    for (unsigned number = 0; number < 8; ++number)
        all.emplace_back(number);
    std::atomic<bool> over = false;
    std::vector<std::thread> working;
    for (mortal_consumer& each : all)
        working.emplace_back([&] {
            while (!over)
                each.turn(address());
        });
    // The group's last-delivered-id, and how many entries are taken and not acknowledged.
    const auto stands = [&] {
        return redis_.cli(
            {"eval", "local group = redis.call('xinfo', 'groups', KEYS[1])[1] return group[8] .. ' ' .. group[6]", "1",
             "s"}
        );
    };
    std::string now;
    bool complete = true;
    for (int first = 1; first <= jobs; first += step) {
        add(first, step);
        const int round = first / step;
        if (round % 2 == 0)
            kill_gateway();
        else
            kill_redis();
        const std::string done = std::to_string(first + step - 1) + "-0 0";
        complete = complete && await([&] { return (now = stands()) == done; }, ample);
    }
    over = true;
    for (auto& each : working)
        each.join();
    std::set<int> seen;
    int deaths = 0;
    for (const mortal_consumer& each : all) {
        seen.insert(each.seen().begin(), each.seen().end());
        deaths += each.deaths();
    }
    std::cout << deaths << " consumers died with entries in hand\n";
    EXPECT_TRUE(complete) << now;
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(jobs));
    EXPECT_GT(deaths, 10);
}

}   // namespace
}   // namespace rediserve::test
