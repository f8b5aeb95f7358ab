// Child processes and temporary folders of tests. Everything started here dies with the test, however it
// ends.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rediserve::test {

// Waits until `condition` holds, asking it every few milliseconds; false when `within` has passed.
bool await(const std::function<bool()>& condition, std::chrono::milliseconds within = std::chrono::seconds(10));

class temporary_folder
{
public:
    temporary_folder();
    ~temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

// A TCP port of 127.0.0.1 that nobody listens on at the moment.
std::uint16_t free_port();

// Ends when the thread that started it ends: the kernel ties it to that, so that no killed test leaves
// anything behind.
class process
{
public:
    struct options
    {
        std::vector<std::string> command;                 // program (looked up in PATH) and arguments
        std::map<std::string, std::string> environment;   // added to the test's own
        bool clear_environment = false;                   // keep only PATH, TMPDIR, sanitizer options and `environment`
        std::vector<int> descriptors = {};                // that it has as 3, 4 and so on; the caller's stay open
    };

    explicit process(const options& how);
    // Kills it when it still runs.
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    pid_t id() const noexcept { return id_; }
    void signal(int number) const;
    bool running();
    // The exit code (128 + signal when killed), or nullopt when it still runs after `within`.
    std::optional<int> wait(std::chrono::milliseconds within = std::chrono::seconds(15));
    // Standard output and error so far.
    std::string output() const;

private:
    pid_t id_ = -1;
    std::optional<int> code_;
    temporary_folder folder_;
};

// Resident memory in bytes now and at its highest, and open descriptors of a process, from /proc.
std::size_t resident_bytes(pid_t of);
std::size_t peak_resident_bytes(pid_t of);
std::size_t open_descriptors(pid_t of);

// Processes whose parent is `of`, and whether a process still runs (one that waits to be reaped does not).
std::vector<pid_t> children_of(pid_t of);
bool alive(pid_t id);

}   // namespace rediserve::test
