// The audit log: who wanted to do what to which keys, from where, and whether they might, and who was turned away before
// that. JSON lines of its own, and nowhere unless audit_params.file says so.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/telemetry/params.hpp"

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

namespace rediserve::telemetry {

// Views: must live until audit() returns. Any bytes.
struct audit_record
{
    std::string_view request = {};   // its id
    std::string_view principal = {};
    std::string_view address = {};   // empty: none, as of a unix socket
    std::string_view command = {};
    std::span<const std::string_view> keys = {};   // and channels
    bool keys_known = true;                        // false: it may touch others
    bool allowed = false;
    std::string_view rule = {};   // that decided; empty: there is none
};

// A request that was turned away, whatever commands it was to bring.
struct audit_refusal
{
    std::string_view request = {};     // its id
    std::string_view principal = {};   // empty: nobody that is known
    std::string_view address = {};     // empty: none, as of a unix socket
    std::string_view method = {};      // of HTTP
    std::string_view mount = {};       // the front of its path that says which dialect's it is, and no more of it
    const error& why;
};

// Begins, or goes on with other settings; the size of the queue is settled by the first ones that name a file. The file
// is made with mode 0600, or appended to, and opened anew each time. errc::bad_configuration: it cannot be opened, and
// nothing has changed. The control thread.
result<void> start_audit(const audit_params& settings);
// Opens the file anew, for the one of before was moved away; where that fails says so in the log and keeps the old one.
// The control thread.
void reopen_audit() noexcept;
// Writes what waits, for a second at most. No other thread may be auditing any more.
void stop_audit() noexcept;

// What audits() asks: 1 for refusals, 2 for what is allowed. Changed by the three above.
extern std::atomic<std::uint8_t> audited_verdicts;

// Whether such a verdict is to be told. Any thread.
inline bool audits(bool allowed) noexcept
{
    return (audited_verdicts.load(std::memory_order_relaxed) & (allowed ? 2 : 1)) != 0;
}

// Tells, if it is to be told. Any thread. Never blocks, never throws.
void audit(const audit_record& of) noexcept;
void audit(const audit_refusal& of) noexcept;

// Lines dropped since the start because they could not be written in time, or at all.
std::uint64_t dropped_audit_lines() noexcept;

}   // namespace rediserve::telemetry
