#include "app/data_folder.hpp"

#include "app/start_failure.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>

namespace rediserve::app {

namespace {

// The server of a gateway that was killed may still be writing its last bytes.
constexpr std::chrono::seconds lock_patience{5};
constexpr std::chrono::milliseconds try_again{20};

[[noreturn]] void refuse(const std::string& path, const std::string& why)
{
    throw start_failure(unavailable, "the data folder " + path + " " + why);
}

void make(const std::string& path)
{
    namespace fs = std::filesystem;
    std::error_code failure;
    if (fs::is_directory(path, failure))
        return;
    fs::create_directories(fs::path(path).parent_path(), failure);
    if (::mkdir(path.c_str(), 0700) != 0)
        refuse(path, std::string("cannot be made: ") + std::strerror(errno));
}

bool lock_within(int descriptor, std::chrono::steady_clock::duration patience)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (std::chrono::steady_clock::now() >= deadline)
            return false;
        std::this_thread::sleep_for(try_again);
    }
    return true;
}

}   // namespace

data_folder::data_folder(const std::string& path) : path_(std::filesystem::absolute(path).lexically_normal())
{
    if (path_.size() > 1 && path_.ends_with('/'))
        path_.pop_back();
    make(path_);
    if (::access(path_.c_str(), R_OK | W_OK | X_OK) != 0)
        refuse(path_, std::string("cannot be written to: ") + std::strerror(errno));
    lock_ = ::open((path_ + "/rediserve.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0)
        refuse(path_, std::string("cannot be locked: ") + std::strerror(errno));
    if (!lock_within(lock_, lock_patience)) {
        ::close(lock_);
        refuse(path_, "is in use by another rediserve");
    }
}

data_folder::~data_folder()
{
    ::close(lock_);
}

}   // namespace rediserve::app
