#include "app/find_server.hpp"

#include "app/start_failure.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

namespace rediserve::app {

namespace {

bool is_program(const std::string& path)
{
    struct stat about = {};
    return ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

// PATH, and the folders of system programs, which the PATH of ordinary users often lacks.
std::vector<std::string> folders(const config::environment& from)
{
    std::vector<std::string> all;
    std::istringstream path(from("PATH").value_or("/usr/local/bin:/usr/bin:/bin"));
    for (std::string folder; std::getline(path, folder, ':');)
        if (folder.starts_with('/'))
            all.push_back(folder);
    all.insert(all.end(), {"/usr/local/sbin", "/usr/sbin"});
    return all;
}

std::optional<std::string> find(const std::string& program, const std::vector<std::string>& in)
{
    for (const std::string& folder : in) {
        std::string path = folder;
        path.append("/").append(program);
        if (is_program(path))
            return path;
    }
    return std::nullopt;
}

}   // namespace

std::string find_server(const std::string& wanted, const config::environment& from)
{
    if (wanted.find('/') != std::string::npos) {
        if (is_program(wanted))
            return wanted;
        throw start_failure(unavailable, "the server for --embedded, " + wanted + ", is not a program that can be run");
    }
    const auto where = folders(from);
    if (!wanted.empty()) {
        if (const auto found = find(wanted, where))
            return *found;
        throw start_failure(unavailable, "the server for --embedded, " + wanted + ", was not found in PATH");
    }
    for (const auto* const program : {"redis-server", "valkey-server"})
        if (const auto found = find(program, where))
            return *found;
    throw start_failure(
        unavailable,
        "--embedded needs redis-server or valkey-server, and neither was found in PATH.\n"
        "Install one (Debian, Ubuntu: apt-get install redis-server), name it with embedded.server,\n"
        "or give --redis URL to use a server that runs already."
    );
}

}   // namespace rediserve::app
