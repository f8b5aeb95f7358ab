#include "support/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>

extern char** environ;   // NOLINT: POSIX wants it declared by its users

namespace rediserve::test {

namespace {

using std::chrono::steady_clock;

// What a child keeps even of a cleared environment: where programs and temporary files are, how sanitizers
// behave.
constexpr std::array<std::string_view, 6> always_kept = {
    "PATH", "TMPDIR", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS",
};

bool is_kept(std::string_view name)
{
    for (auto kept : always_kept) {
        if (kept == name)
            return true;
    }
    return false;
}

std::vector<std::string> environment_of(const process::options& how)
{
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        std::string_view text = *entry;
        auto equals = text.find('=');
        if (equals == std::string_view::npos)
            continue;
        if (!how.clear_environment || is_kept(text.substr(0, equals)))
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    for (const auto& [name, value] : how.environment)
        variables[name] = value;
    std::vector<std::string> result;
    for (const auto& [name, value] : variables)
        result.push_back(name + "=" + value);
    return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> result;
    for (auto& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// In the child, after fork: only calls that are safe there.
[[noreturn]] void become(char** command, char** variables, int output, std::vector<int>& passed, pid_t parent)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        ::_exit(127);   // the parent died before the line above
    int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    ::dup2(output, 1);
    ::dup2(output, 2);
    // Copies above all targets first: any of them may be in the way of another.
    for (int& each : passed)
        each = ::fcntl(each, F_DUPFD, 64);
    int next = 3;
    for (const int each : passed)
        ::dup2(each, next++);
    ::close_range(static_cast<unsigned>(next), ~0U, 0);
    ::execvpe(command[0], command, variables);
    ::_exit(127);
}

struct process_state
{
    char letter = '?';   // of /proc/PID/stat; '?' when there is no such process
    pid_t parent = -1;
};

process_state state_of(pid_t id)
{
    process_state state;
    std::ifstream file("/proc/" + std::to_string(id) + "/stat");
    std::string line;
    std::getline(file, line);
    auto name_end = line.rfind(") ");   // the name before it may hold anything
    if (name_end != std::string::npos)
        std::istringstream(line.substr(name_end + 2)) >> state.letter >> state.parent;
    return state;
}

std::string read_file(const std::filesystem::path& at)
{
    std::ifstream file(at, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

}   // namespace

bool await(const std::function<bool()>& condition, std::chrono::milliseconds within)
{
    auto deadline = steady_clock::now() + within;
    while (!condition()) {
        if (steady_clock::now() >= deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

temporary_folder::temporary_folder()
{
    auto pattern = (std::filesystem::temp_directory_path() / "rediserve-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    path_ = pattern;
}

temporary_folder::~temporary_folder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::uint16_t free_port()
{
    // Below the range of ephemeral ports: there, a client that keeps trying a port nobody listens on would
    // one day get that very port as its own and be connected to itself.
    static std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<int> ports(18'000, 31'999);
    for (int tries = 0; tries < 1000; ++tries) {
        auto port = static_cast<std::uint16_t>(ports(random));
        int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bool free = ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
        ::close(descriptor);
        if (free)
            return port;
    }
    throw std::runtime_error("no free port");
}

process::process(const options& how)
{
    auto command = how.command;
    auto variables = environment_of(how);
    auto command_pointers = pointers(command);
    auto variable_pointers = pointers(variables);
    auto passed = how.descriptors;
    auto parent = ::getpid();

    int output = ::open((folder_.path() / "output").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0)
        throw std::system_error(errno, std::generic_category(), "open");
    id_ = ::fork();
    if (id_ == 0)
        become(command_pointers.data(), variable_pointers.data(), output, passed, parent);
    auto why = errno;
    ::close(output);
    if (id_ < 0)
        throw std::system_error(why, std::generic_category(), "fork");
}

process::~process()
{
    if (!running())
        return;
    ::kill(id_, SIGKILL);
    int status = 0;
    ::waitpid(id_, &status, 0);
}

void process::signal(int number) const
{
    if (!code_)
        ::kill(id_, number);
}

bool process::running()
{
    if (code_)
        return false;
    int status = 0;
    if (::waitpid(id_, &status, WNOHANG) != id_)
        return true;
    if (WIFSIGNALED(status))
        code_ = 128 + WTERMSIG(status);
    else
        code_ = WEXITSTATUS(status);
    return false;
}

std::optional<int> process::wait(std::chrono::milliseconds within)
{
    await([this] { return !running(); }, within);
    return code_;
}

std::string process::output() const
{
    return read_file(folder_.path() / "output");
}

std::size_t resident_bytes(pid_t of)
{
    std::ifstream file("/proc/" + std::to_string(of) + "/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    file >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t peak_resident_bytes(pid_t of)
{
    std::ifstream file("/proc/" + std::to_string(of) + "/status");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("VmHWM:"))
            return std::stoul(line.substr(6)) * 1024;
    }
    return 0;
}

std::size_t open_descriptors(pid_t of)
{
    std::error_code failed;
    std::size_t count = 0;
    std::filesystem::directory_iterator entries("/proc/" + std::to_string(of) + "/fd", failed);
    if (failed)
        return 0;
    for ([[maybe_unused]] const auto& entry : entries)
        ++count;
    return count;
}

std::vector<pid_t> children_of(pid_t of)
{
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos)
            continue;
        auto id = static_cast<pid_t>(std::stol(name));
        if (state_of(id).parent == of)
            found.push_back(id);
    }
    return found;
}

bool alive(pid_t id)
{
    auto letter = state_of(id).letter;
    return letter != 'Z' && letter != 'X' && letter != '?';
}

}   // namespace rediserve::test
