// Where the embedded Redis keeps its data.
#pragma once

#include <string>

namespace rediserve::app {

// Made with mode 0700 when it is missing, and locked, so that two servers never write the same files. Throws start_failure.
class data_folder
{
public:
    explicit data_folder(const std::string& path);
    ~data_folder();
    data_folder(const data_folder&) = delete;
    data_folder& operator=(const data_folder&) = delete;

    const std::string& path() const noexcept { return path_; }   // absolute
    // The descriptor that holds the lock. A child that inherits it holds the lock as well: a server that outlives its
    // gateway for a moment still owns its files.
    int lock() const noexcept { return lock_; }

private:
    std::string path_;
    int lock_ = -1;
};

}   // namespace rediserve::app
