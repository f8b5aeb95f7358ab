#include "rediserve/telemetry/log.hpp"

#include "rediserve/telemetry/access_log.hpp"
#include "telemetry/writer.hpp"

#include <unistd.h>

#include <atomic>
#include <memory>

namespace rediserve::telemetry {

namespace {

std::unique_ptr<writer> owner;   // the control thread's
std::atomic<writer*> current{nullptr};
std::atomic<level> lowest{level::info};
std::atomic<bool> as_text{false};
std::atomic<std::uint64_t> dropped_before{0};   // by writers that have ended

}   // namespace

log_format format_in_use(log_format wanted) noexcept
{
    if (wanted != log_format::automatic)
        return wanted;
    return ::isatty(STDOUT_FILENO) ? log_format::text : log_format::json;
}

void start_log(const params& settings)
{
    set_level(settings.level);
    log_all_requests(settings.requests);
    as_text = format_in_use(settings.format) == log_format::text;
    owner = std::make_unique<writer>(STDOUT_FILENO, settings.queue);
    current = owner.get();
}

void stop_log() noexcept
{
    if (!owner)
        return;
    current = nullptr;
    dropped_before += owner->dropped();
    owner.reset();
}

void set_level(std::string_view wanted) noexcept
{
    for (const level each : {level::debug, level::info, level::warn, level::error})
        if (name(each) == wanted)
            lowest = each;
}

bool enabled(level at) noexcept
{
    return at >= lowest.load(std::memory_order_relaxed);
}

void report(level at, std::string_view subject, std::string_view event, std::initializer_list<field> fields) noexcept
{
    report_all(at, subject, event, {fields.begin(), fields.size()});
}

void report_all(level at, std::string_view subject, std::string_view event, std::span<const field> fields) noexcept
{
    writer* const to = current.load(std::memory_order_acquire);
    if (!to || !enabled(at))
        return;
    try {
        buffer line;
        const fact reported{std::chrono::system_clock::now(), at, subject, event, fields};
        if (as_text.load(std::memory_order_relaxed))
            append_text_line(line, reported);
        else
            append_json_line(line, reported);
        to->write(line.view());
    } catch (const std::bad_alloc&) {
        ++dropped_before;
    }
}

void write_to_log(std::string_view line) noexcept
{
    if (writer* const to = current.load(std::memory_order_acquire))
        to->write(line);
}

std::uint64_t dropped_lines() noexcept
{
    const writer* const from = current.load(std::memory_order_acquire);
    return dropped_before + (from ? from->dropped() : 0);
}

}   // namespace rediserve::telemetry
