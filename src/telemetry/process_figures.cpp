#include "telemetry/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace rediserve::telemetry {

namespace {

// Close enough to the start of the process: static initialisation comes before main().
const double started = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

double seconds(const timeval& of)
{
    return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
}

double cpu_seconds()
{
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double resident_bytes()
{
    std::ifstream file("/proc/self/statm");
    double total = 0;
    double resident = 0;
    file >> total >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors()
{
    std::error_code failure;
    const std::filesystem::directory_iterator entries("/proc/self/fd", failure);
    return failure ? 0 : static_cast<double>(std::distance(begin(entries), end(entries)) - 1);   // not the folder's own
}

}   // namespace

process_figures read_process_figures()
{
    return {cpu_seconds(), resident_bytes(), open_descriptors(), started};
}

}   // namespace rediserve::telemetry
