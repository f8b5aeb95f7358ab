// A program that runs as our child and ends with us, however we end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace rediserve::app {

// Belongs to the thread that made it: the kernel tells the child when that thread ends (prctl(2), PR_SET_PDEATHSIG), so
// that must be one that lives as long as the process.
class child_process
{
public:
    struct options
    {
        std::string program;                    // a path
        std::vector<std::string> arguments;     // without the program's name
        std::vector<std::string> environment;   // NAME=value, and nothing else
        std::string folder;                     // to run in
        std::string output;                     // file for its standard output and error, emptied before
        int inherited = -1;                     // a descriptor that it gets; it gets no other
        int death_signal = 9;                   // what it is sent when we die without a chance to stop it
    };

    // Throws std::system_error.
    explicit child_process(const options& how);
    // Kills it when it still runs.
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    pid_t id() const noexcept { return id_; }
    // Becomes readable when the child has ended (pidfd_open(2)).
    int descriptor() const noexcept { return descriptor_; }

    // How it ended ("exited with code 1"), or nullopt when it still runs after `within`.
    std::optional<std::string> wait(std::chrono::milliseconds within);
    // Asks it to end by SIGTERM, insists after `within`.
    void stop(std::chrono::milliseconds within);

private:
    pid_t id_ = -1;
    int descriptor_ = -1;
    std::optional<std::string> end_;
};

}   // namespace rediserve::app
