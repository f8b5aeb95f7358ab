#include "faults/matrix.hpp"

#include "support/sanitizer.hpp"

#include <algorithm>
#include <sstream>
#include <thread>

namespace rediserve::test {

namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int calm_answers = 10;   // of each client, in a row
constexpr auto calm_within = 60s;
constexpr std::size_t spare_descriptors = 2;
constexpr std::size_t spare_memory = std::size_t{16} << 20;   // what an allocator keeps

bool returned(const scene::figures& after, const scene::figures& before)
{
    const bool memory = under_sanitizer || after.resident <= before.resident + spare_memory;
    return memory && after.descriptors <= before.descriptors + spare_descriptors;
}

// Published again and again, as a stream that begins anew misses what was before.
bool all_listeners_hear(scene& on)
{
    const std::string message = "the end";
    return await(
        [&] {
            on.servers<backend_group>().publish("news", message);
            std::this_thread::sleep_for(20ms);
            return on.clients().heard(message);
        },
        30s
    );
}

std::string megabytes(std::size_t bytes)
{
    std::ostringstream text;
    text.precision(1);
    text << std::fixed << static_cast<double>(bytes) / 1048576.0;
    return text.str();
}

}   // namespace

std::optional<milliseconds> strike(const fault_row& row, scene& on)
{
    on.expect(row.shows == unnoticed ? std::string_view{} : row.shows);
    row.strike(on);
    const auto healed = steady_clock::now();
    on.clients().look_anew();
    if (!await([&] { return on.clients().undisturbed_since(calm_answers).has_value(); }, calm_within))
        return std::nullopt;
    return duration_cast<milliseconds>(*on.clients().undisturbed_since(calm_answers) - healed);
}

outcome conclude(scene& on, const scene::figures& before)
{
    outcome result;
    result.listening = all_listeners_hear(on);
    on.clients().rest();
    result.before = before;
    await([&] { return returned(result.after = on.settled(), before); }, 30s);
    result.told = on.clients().counts();
    result.found = on.clients().judge([&](const std::string& key) { return on.servers<backend_group>().read(key); });
    return result;
}

outcome play(const fault_row& row, const scene::options& how)
{
    auto patient = how;
    if (row.shows == unnoticed)
        patient.command_timeout = 10s;   // nobody must be told of a machine that is busy
    scene on(row.servers(), patient);
    on.clients().rest();
    const auto before = on.settled();
    on.clients().resume();
    const auto normal_after = strike(row, on);
    const bool shown = on.shown();
    auto result = conclude(on, before);
    result.name = row.name;
    result.title = row.title;
    result.normal_after = normal_after;
    result.shown = shown && (row.shows != unnoticed || result.told.failures.empty());
    return result;
}

std::vector<std::string> outcome::failures() const
{
    std::vector<std::string> all;
    const auto demand = [&](bool holds, std::string words) {
        if (!holds)
            all.push_back(std::move(words));
    };
    demand(found.none(), found.first);
    demand(told.unanswered == 0, std::to_string(told.unanswered) + " requests were not answered");
    demand(told.done > 0, "nothing was ever done");
    demand(shown, "clients were not told what they should be, or of a failure that they should not notice");
    demand(normal_after.has_value(), "service does not get normal again");
    demand(listening, "streams of events do not go on");
    demand(
        returned(after, before),
        "descriptors " + std::to_string(before.descriptors) + " → " + std::to_string(after.descriptors) + ", resident "
            + megabytes(before.resident) + " → " + megabytes(after.resident) + " MB"
    );
    return all;
}

std::string table_head()
{
    return "| fault | acknowledged | refused, not run | maybe run | lost | twice | unanswered | descriptors | resident "
           "MB "
           "| normal after | how failures were worded |\n"
           "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
}

std::string table_row(const outcome& of)
{
    std::ostringstream text;
    text << "| " << of.title << " | " << of.told.done << " | " << of.told.refused << " | "
         << of.told.maybe + of.told.excused << " | " << of.found.lost << " | "
         << of.found.twice + of.found.foreign + of.found.half << " | " << of.told.unanswered << " | "
         << of.before.descriptors << " → " << of.after.descriptors << " | " << megabytes(of.before.resident) << " → "
         << megabytes(of.after.resident) << " | ";
    if (of.normal_after)
        text << std::max<long>(of.normal_after->count(), 0) << " ms";
    else
        text << "never";
    text << " | ";
    const char* separator = "";
    for (const auto& [wording, times] : of.told.failures) {
        text << separator << wording << " × " << times;
        separator = ", ";
    }
    text << " |\n";
    return std::move(text).str();
}

}   // namespace rediserve::test
