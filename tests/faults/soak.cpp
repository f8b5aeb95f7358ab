#include "faults/soak.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace rediserve::test {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

using scenes = std::vector<std::unique_ptr<scene>>;

// What all gateways and all clients are about.
struct sums
{
    tally told;
    scene::figures holds;
};

// Writes down once a second what clients and gateways are about.
class recorder
{
public:
    recorder(const scenes& all, std::ostream& to) : all_(all), to_(to)
    {
        to_ << "second,requests,acknowledged,refused,maybe,unanswered,resident_bytes,descriptors,fault\n";
        mark({});
        thread_ = std::thread([this] { run(); });
    }
    ~recorder()
    {
        {
            std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        thread_.join();
    }

    // A fault has begun, or is over; a gateway may be another process since.
    void mark(std::string_view fault)
    {
        std::lock_guard lock(mutex_);
        fault_ = fault;
        gateways_.clear();
        for (const auto& each : all_)
            gateways_.push_back(each->rest().process().id());
    }

private:
    void run()
    {
        std::unique_lock lock(mutex_);
        for (long second = 1;
             !wake_.wait_until(lock, begun_ + std::chrono::seconds(second), [this] { return stopping_; }); ++second)
            write(second);
    }

    sums now() const
    {
        sums all;
        for (const auto& each : all_)
            all.told.add(each->clients().counts());
        for (const pid_t id : gateways_) {
            all.holds.resident += resident_bytes(id);
            all.holds.descriptors += open_descriptors(id);
        }
        return all;
    }

    void write(long second)
    {
        const auto [told, holds] = now();
        const auto unanswered = [](const tally& of) { return of.unanswered + of.excused; };
        to_ << second << ',' << told.answered() - last_.answered() << ',' << told.done - last_.done << ','
            << told.refused - last_.refused << ',' << told.maybe - last_.maybe << ','
            << unanswered(told) - unanswered(last_) << ',' << holds.resident << ',' << holds.descriptors << ','
            << fault_ << std::endl;
        last_ = told;
    }

    const scenes& all_;
    std::ostream& to_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::string fault_;
    std::vector<pid_t> gateways_;
    tally last_;
    steady_clock::time_point begun_ = steady_clock::now();
    std::thread thread_;
};

// A group of servers, and what can happen to it.
struct troubled
{
    std::string_view name;
    std::unique_ptr<backend_group> (*servers)();
    std::vector<fault_row> rows;
};

std::vector<troubled> groups()
{
    std::vector<troubled> all = {
        {"one Redis", standalone_for_all, standalone_rows()},
        {"a Sentinel group", sentinel_rows().front().servers, sentinel_rows()},
        {"a cluster", cluster_rows().front().servers, cluster_rows()},
    };
    for (troubled& each : all)
        std::erase_if(each.rows, [](const fault_row& row) { return row.why_not != nullptr; });
    return all;
}

struct turn
{
    fault_row row;
    scene* on;
};

// Every row of every group once, in an order that depends on the seed only, whatever the library.
class fate
{
public:
    fate(const std::vector<troubled>& groups, const scenes& on, std::uint32_t seed) : random_(seed)
    {
        for (std::size_t group = 0; group < groups.size(); ++group)
            for (const fault_row& row : groups[group].rows)
                turns_.push_back({row, on[group].get()});
    }

    const turn& next()
    {
        if (left_ == 0)
            left_ = turns_.size();
        std::swap(turns_[left_ - 1], turns_[random_() % left_]);
        return turns_[--left_];
    }

private:
    std::mt19937 random_;
    std::vector<turn> turns_;
    std::size_t left_ = 0;   // in this round
};

scenes open(const std::vector<troubled>& groups, const scene::options& each, std::vector<scene::figures>& before)
{
    scenes all;
    for (const troubled& group : groups)
        all.push_back(std::make_unique<scene>(group.servers(), each));
    for (const auto& one : all) {
        one->clients().rest();
        before.push_back(one->settled());
        one->clients().resume();
    }
    return all;
}

struct verdict
{
    bool normal = true;   // always again
    bool shown = true;
};

std::string words(const turn& of, const std::optional<std::chrono::milliseconds>& normal_after)
{
    return std::string(of.row.name) + ": " + (of.on->shown() ? "" : "not noticed, ")
        + (normal_after ? "normal after " + std::to_string(std::max<long>(normal_after->count(), 0)) + " ms"
                        : "not normal again");
}

}   // namespace

std::vector<outcome> soak(const soak_options& how, std::ostream& figures, std::ostream& log)
{
    const auto groups = test::groups();
    std::vector<scene::figures> before;
    const scenes all = open(groups, how.each, before);
    std::map<const scene*, verdict> verdicts;
    fate faults(groups, all, how.seed);
    {
        recorder record(all, figures);
        const auto end = steady_clock::now() + how.length;
        for (auto at = steady_clock::now() + how.every / 2; at < end - how.every / 2; at += how.every) {
            std::this_thread::sleep_until(at);
            const turn& now = faults.next();
            record.mark(now.row.name);
            const auto normal_after = strike(now.row, *now.on);
            record.mark({});
            log << words(now, normal_after) << std::endl;
            verdict& of = verdicts[now.on];
            of.normal = of.normal && normal_after.has_value();
            of.shown = of.shown && now.on->shown();
        }
        std::this_thread::sleep_until(end);
    }
    std::vector<outcome> results;
    for (std::size_t group = 0; group < groups.size(); ++group) {
        outcome& result = results.emplace_back(conclude(*all[group], before[group]));
        result.name = "soak";
        result.title = "soak of " + std::string(groups[group].name) + ", seed " + std::to_string(how.seed);
        result.shown = verdicts[all[group].get()].shown;
        if (verdicts[all[group].get()].normal)
            result.normal_after = 0ms;
    }
    return results;
}

}   // namespace rediserve::test
