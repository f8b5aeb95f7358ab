// One record of the audit log as one line.
#pragma once

#include "rediserve/base/buffer.hpp"
#include "rediserve/telemetry/audit.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace rediserve::telemetry {

inline constexpr std::size_t most_audit_keys = 32;    // of a line; of the others it says how many there are
inline constexpr std::size_t most_audit_text = 256;   // bytes of a key or another text; the rest is cut off

// {"time":"2026-01-31T23:59:59.123Z","event":"audit","request":"…","principal":"…","address":"…","command":"get",
// "keys":["…"],"verdict":"refused","rule":"-get"}; no newline, and none inside.
//
// Keys are hashed with `salt`: who does not know it cannot find a key by trying, and equal keys look the same. Without
// one they are in clear.
void append_audit_line(
    buffer& to, std::chrono::system_clock::time_point at, const audit_record& of, std::string_view salt
);

// {"time":…,"event":"audit","request":"…","principal":"…","address":"…","method":"GET","mount":"/keys","verdict":"refused",
// "code":"unauthorized","why":"…"}; method and mount where they are said.
void append_audit_line(buffer& to, std::chrono::system_clock::time_point at, const audit_refusal& of);

}   // namespace rediserve::telemetry
