// Whoever watches sees what was written last, whatever becomes of the connections meanwhile.
#include "e2e/event_stream.hpp"
#include "e2e/upstash_test.hpp"

#include <map>
#include <memory>
#include <string>

namespace rediserve::test {
namespace {

constexpr int writes = 100'000;
constexpr int keys = 50;
constexpr int rounds = 20;
constexpr int per_round = writes / rounds;

// What a client knows that follows the stream as the manual says.
class picture
{
public:
    void take(const std::string& event)
    {
        if (event.starts_with("event: reset"))
            values_.clear();
        if (!event.starts_with("event: set") && !event.starts_with("event: delete"))
            return;
        const auto data = nlohmann::json::parse(event.substr(event.find('{')));
        if (event.starts_with("event: set"))
            values_[data["key"]] = data["value"];
        else
            values_.erase(data["key"]);
    }
    const std::map<std::string, std::string>& values() const noexcept { return values_; }

private:
    std::map<std::string, std::string> values_;
};

// Writes to keys in turn, from number `first` on, in pieces between which all connections of the gateway are cut.
std::map<std::string, std::string> write_round(const redis_server& to, int first)
{
    constexpr int at_a_time = 500;
    for (int from = first; from < first + per_round; from += at_a_time) {
        to.cli(
            {"eval",
             "for i = ARGV[1], ARGV[1] + ARGV[2] - 1 do "
             "redis.call('set', 'w:' .. string.format('%d', i % ARGV[3]), string.format('%d', i)) end",
             "0", std::to_string(from), std::to_string(at_a_time), std::to_string(keys)}
        );
        to.cli({"client", "kill", "type", "normal"});
    }
    std::map<std::string, std::string> last;
    for (int i = first; i < first + per_round; ++i)
        last["w:" + std::to_string(i % keys)] = std::to_string(i);
    return last;
}

TEST(FaultWatch, MissesNoLastState)
{
    const redis_server redis;
    auto rest = std::make_unique<gateway>(std::vector<std::string>{"--redis", redis.url()});
    ASSERT_TRUE(rest->await_ready());
    auto stream = std::make_unique<event_stream>(rest->address(), "/keys?watch=w:*", header_list{}, "GET");
    picture seen;
    for (int round = 0; round < rounds; ++round) {
        const auto written = write_round(redis, round * per_round);
        if (round % 5 == 4) {
            rest = std::make_unique<gateway>(std::vector<std::string>{"--redis", redis.url()});
            ASSERT_TRUE(rest->await_ready());
            stream = std::make_unique<event_stream>(rest->address(), "/keys?watch=w:*", header_list{}, "GET");
        }
        while (seen.values() != written) {
            const auto event = stream->next_data();
            ASSERT_NE(event, "") << "in round " << round << " the last state did not come";
            seen.take(event);
        }
    }
}

}   // namespace
}   // namespace rediserve::test
