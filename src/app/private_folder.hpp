// A folder that nobody else can look into, for the life of the process.
#pragma once

#include "rediserve/config/load.hpp"

#include <string>

namespace rediserve::app {

// Made with mode 0700 in $XDG_RUNTIME_DIR, $TMPDIR or /tmp, wherever the path of a unix socket in it stays short enough;
// removed with everything in it at the end. Throws start_failure.
class private_folder
{
public:
    explicit private_folder(const config::environment& from);
    ~private_folder();
    private_folder(const private_folder&) = delete;
    private_folder& operator=(const private_folder&) = delete;

    std::string file(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

}   // namespace rediserve::app
