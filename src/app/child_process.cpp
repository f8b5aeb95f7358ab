#include "app/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace rediserve::app {

namespace {

constexpr int inherited_descriptor = 3;   // the first behind standard input, output and error

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (std::string& text : texts)
        all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

// Everything the child needs, put together before the fork: behind it, in a process with threads, nothing may allocate.
struct prepared
{
    const char* folder;
    char** command;
    char** environment;
    int input;
    int output;
    int inherited;
    int death_signal;
    pid_t parent;
};

void reset_signals() noexcept
{
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
}

// Leaves standard input, output and error, and the inherited one behind them.
void keep_descriptors(const prepared& how) noexcept
{
    // Copies above all targets first: any of them may be in the way of another.
    const int above = 10;
    const int input = ::fcntl(how.input, F_DUPFD, above);
    const int output = ::fcntl(how.output, F_DUPFD, above);
    const int inherited = how.inherited >= 0 ? ::fcntl(how.inherited, F_DUPFD, above) : -1;
    ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    if (inherited >= 0)
        ::dup2(inherited, inherited_descriptor);
    const int first_closed = inherited_descriptor + (inherited >= 0 ? 1 : 0);
    ::syscall(SYS_close_range, first_closed, ~0U, 0);
}

[[noreturn]] void become(const prepared& how) noexcept
{
    ::prctl(PR_SET_PDEATHSIG, how.death_signal);
    if (::getppid() != how.parent)
        ::_exit(127);   // the parent died before the line above
    ::setpgid(0, 0);    // Ctrl-C is for the gateway, which then stops its child in order
    reset_signals();
    keep_descriptors(how);
    if (::chdir(how.folder) == 0)
        ::execve(how.command[0], how.command, how.environment);
    ::_exit(127);
}

class open_file
{
public:
    open_file(const char* path, int flags) : descriptor_(::open(path, flags | O_CLOEXEC, 0600))
    {
        if (descriptor_ < 0)
            throw std::system_error(errno, std::generic_category(), path);
    }
    ~open_file() { ::close(descriptor_); }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;

    int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

pid_t start(const child_process::options& how)
{
    std::vector<std::string> command{how.program};
    command.insert(command.end(), how.arguments.begin(), how.arguments.end());
    std::vector<std::string> environment = how.environment;
    const auto command_pointers = pointers(command);
    const auto environment_pointers = pointers(environment);
    const open_file input("/dev/null", O_RDONLY);
    const open_file output(how.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);

    const prepared child{
        how.folder.c_str(),
        const_cast<char**>(command_pointers.data()),
        const_cast<char**>(environment_pointers.data()),
        input.descriptor(),
        output.descriptor(),
        how.inherited,
        how.death_signal,
        ::getpid(),
    };
    const pid_t id = ::fork();
    if (id == 0)
        become(child);
    if (id < 0)
        throw std::system_error(errno, std::generic_category(), "fork");
    return id;
}

std::string describe(const siginfo_t& end)
{
    if (end.si_code == CLD_EXITED)
        return "exited with code " + std::to_string(end.si_status);
    return "was killed by signal " + std::to_string(end.si_status);
}

}   // namespace

child_process::child_process(const options& how) : id_(start(how))
{
    descriptor_ = static_cast<int>(::syscall(SYS_pidfd_open, id_, 0));
    if (descriptor_ >= 0)
        return;
    const std::system_error why(errno, std::generic_category(), "pidfd_open");
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    throw why;
}

child_process::~child_process()
{
    if (!end_) {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    ::close(descriptor_);
}

std::optional<std::string> child_process::wait(std::chrono::milliseconds within)
{
    if (end_)
        return end_;
    pollfd ended{descriptor_, POLLIN, 0};
    if (::poll(&ended, 1, static_cast<int>(within.count())) > 0) {
        siginfo_t about{};
        if (::waitid(P_PID, static_cast<id_t>(id_), &about, WEXITED | WNOHANG) == 0 && about.si_pid == id_)
            end_ = describe(about);
    }
    return end_;
}

void child_process::stop(std::chrono::milliseconds within)
{
    if (wait(std::chrono::milliseconds(0)))
        return;
    ::kill(id_, SIGTERM);
    if (wait(within))
        return;
    ::kill(id_, SIGKILL);
    wait(within);
}

}   // namespace rediserve::app
