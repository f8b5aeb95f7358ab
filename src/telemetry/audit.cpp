#include "rediserve/telemetry/audit.hpp"

#include "rediserve/base/digest.hpp"
#include "rediserve/telemetry/log.hpp"
#include "telemetry/audit_file.hpp"
#include "telemetry/audit_line.hpp"

#include <array>
#include <memory>

namespace rediserve::telemetry {

std::atomic<std::uint8_t> audited_verdicts{0};

namespace {

constexpr std::string_view standard_output = "-";

// The control thread's.
audit_params in_use;
std::unique_ptr<audit_file> owner;   // once made it stays: somebody may be writing to it
std::array<char, 32> salt;
bool salted = false;

// Everybody's. The salt is there before any line is.
std::atomic<audit_file*> current{nullptr};
std::atomic<bool> in_log{false};
std::atomic<bool> in_clear{false};
std::atomic<std::uint64_t> dropped_before{0};   // by files that are closed, and for want of memory

bool is_file(const std::string& path) noexcept
{
    return !path.empty() && path != standard_output;
}

// Once a process, so that equal keys look the same for as long as it runs.
result<void> draw_salt()
{
    if (!salted && !draw_random(salt))
        return error(errc::internal, "the system has no random numbers to hash keys with");
    salted = true;
    return {};
}

result<void> open_file(const audit_params& settings)
{
    if (owner)
        return owner->reopen(settings.file);
    auto opened = audit_file::open(settings.file, settings.queue);
    if (!opened)
        return opened.error();
    owner = std::move(*opened);
    current.store(owner.get(), std::memory_order_release);
    return {};
}

std::uint8_t verdicts_of(const audit_params& settings) noexcept
{
    if (settings.file.empty())
        return 0;
    return settings.allowed ? 3 : 1;
}

void write(std::string_view line) noexcept
{
    audit_file* const to = current.load(std::memory_order_acquire);
    if (in_log.load(std::memory_order_relaxed))
        write_to_log(line);
    else if (to)
        to->write(line);
}

bool is_told(bool allowed) noexcept
{
    return (audited_verdicts.load(std::memory_order_acquire) & (allowed ? 2 : 1)) != 0;
}

// One line, which `append` writes.
void write_line(const auto& append) noexcept
{
    try {
        buffer line;
        append(line, std::chrono::system_clock::now());
        write(line.view());
    } catch (const std::bad_alloc&) {
        ++dropped_before;
    }
}

}   // namespace

result<void> start_audit(const audit_params& settings)
{
    if (auto drawn = settings.file.empty() ? result<void>() : draw_salt(); !drawn)
        return drawn;
    if (is_file(settings.file))
        if (auto opened = open_file(settings); !opened)
            return opened;
    in_use = settings;
    in_log = settings.file == standard_output;
    in_clear = settings.clear_keys;
    audited_verdicts.store(verdicts_of(settings), std::memory_order_release);
    return {};
}

void reopen_audit() noexcept
{
    if (!owner || !is_file(in_use.file))
        return;
    if (const auto opened = owner->reopen(in_use.file); !opened)
        report(level::error, "audit", "reopen_failed", {{"why", opened.error().detail}});
}

void stop_audit() noexcept
{
    audited_verdicts = 0;
    current = nullptr;
    if (!owner)
        return;
    dropped_before += owner->dropped();
    owner.reset();
}

void audit(const audit_record& of) noexcept
{
    if (!is_told(of.allowed))
        return;
    const bool clear = in_clear.load(std::memory_order_relaxed);
    const auto with = clear ? std::string_view() : std::string_view(salt.data(), salt.size());
    write_line([&](buffer& line, auto now) { append_audit_line(line, now, of, with); });
}

void audit(const audit_refusal& of) noexcept
{
    if (is_told(false))
        write_line([&](buffer& line, auto now) { append_audit_line(line, now, of); });
}

std::uint64_t dropped_audit_lines() noexcept
{
    const audit_file* const from = current.load(std::memory_order_acquire);
    return dropped_before + (from ? from->dropped() : 0);
}

}   // namespace rediserve::telemetry
