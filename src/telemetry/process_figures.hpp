// What the kernel says about this process, for /metrics.
#pragma once

namespace rediserve::telemetry {

struct process_figures
{
    double cpu_seconds = 0;   // user and system, all threads
    double resident_bytes = 0;
    double open_descriptors = 0;
    double start_time_seconds = 0;   // since 1970
};

// Reads /proc/self; what cannot be read is 0.
process_figures read_process_figures();

}   // namespace rediserve::telemetry
