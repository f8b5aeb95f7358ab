#include "faults/soak.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

namespace rediserve::test {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Writes down once a second what the clients and the gateway are about.
class recorder
{
public:
    recorder(witness& clients, std::ostream& to) : clients_(clients), to_(to)
    {
        to_ << "second,requests,acknowledged,refused,maybe,unanswered,resident_bytes,descriptors,fault\n";
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

    // The gateway may be another process after each fault.
    void watch(pid_t gateway) { gateway_ = gateway; }
    void mark(std::string_view fault)
    {
        std::lock_guard lock(mutex_);
        fault_ = fault;
    }

private:
    void run()
    {
        std::unique_lock lock(mutex_);
        for (long second = 1;
             !wake_.wait_until(lock, begun_ + std::chrono::seconds(second), [this] { return stopping_; }); ++second)
            write(second);
    }

    void write(long second)
    {
        const auto now = clients_.counts();
        const auto unanswered = [](const tally& of) { return of.unanswered + of.excused; };
        const pid_t id = gateway_;
        to_ << second << ',' << now.answered() - last_.answered() << ',' << now.done - last_.done << ','
            << now.refused - last_.refused << ',' << now.maybe - last_.maybe << ','
            << unanswered(now) - unanswered(last_) << ',' << resident_bytes(id) << ',' << open_descriptors(id) << ','
            << fault_ << std::endl;
        last_ = now;
    }

    witness& clients_;
    std::ostream& to_;
    std::atomic<pid_t> gateway_{0};
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::string fault_;
    tally last_;
    steady_clock::time_point begun_ = steady_clock::now();
    std::thread thread_;
};

std::vector<fault_row> rows_for_all()
{
    auto rows = standalone_rows();
    std::erase_if(rows, [](const fault_row& each) { return each.why_not != nullptr; });
    return rows;
}

// Every row once, in an order that depends on the seed only, whatever the library.
void shuffle(std::vector<fault_row>& rows, std::mt19937& random)
{
    for (std::size_t left = rows.size(); left > 1; --left)
        std::swap(rows[left - 1], rows[random() % left]);
}

}   // namespace

outcome soak(const soak_options& how, std::ostream& figures, std::ostream& log)
{
    scene on(standalone_for_all(), how.each);
    on.clients().rest();
    const auto before = on.settled();
    on.clients().resume();
    recorder record(on.clients(), figures);
    record.watch(on.rest().process().id());

    std::mt19937 random(how.seed);
    auto rows = rows_for_all();
    std::size_t next = rows.size();
    bool always_normal = true;
    bool always_shown = true;
    const auto end = steady_clock::now() + how.length;
    for (auto turn = steady_clock::now() + how.every / 2; turn < end - how.every / 2; turn += how.every) {
        std::this_thread::sleep_until(turn);
        if (next == rows.size()) {
            shuffle(rows, random);
            next = 0;
        }
        const auto& row = rows[next++];
        record.mark(row.name);
        const auto normal_after = strike(row, on);
        record.mark("");
        record.watch(on.rest().process().id());
        always_normal = always_normal && normal_after.has_value();
        always_shown = always_shown && on.shown();
        log << row.name << ": " << (on.shown() ? "" : "not noticed, ")
            << (normal_after ? "normal after " + std::to_string(std::max<long>(normal_after->count(), 0)) + " ms"
                             : "not normal again")
            << std::endl;
    }
    std::this_thread::sleep_until(end);
    auto result = conclude(on, before);
    result.name = "soak";
    result.title = "soak, seed " + std::to_string(how.seed);
    result.shown = always_shown;
    if (always_normal)
        result.normal_after = 0ms;
    return result;
}

}   // namespace rediserve::test
