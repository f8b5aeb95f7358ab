#include "app/private_folder.hpp"

#include "app/start_failure.hpp"

#include <stdlib.h>
#include <sys/un.h>

#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace rediserve::app {

namespace {

constexpr std::size_t longest_file_name = 16;

bool leaves_room_for_socket(const std::string& folder)
{
    return folder.size() + 1 + longest_file_name < sizeof sockaddr_un{}.sun_path;
}

// The folder's path, or empty when none can be made below `parent`.
std::string make_below(const std::string& parent)
{
    std::string path = parent + "/rediserve-XXXXXX";
    if (!leaves_room_for_socket(path) || !::mkdtemp(path.data()))
        return {};
    return path;
}

}   // namespace

private_folder::private_folder(const config::environment& from)
{
    for (const auto& parent : {from("XDG_RUNTIME_DIR"), from("TMPDIR"), std::optional<std::string>("/tmp")}) {
        if (parent && parent->starts_with('/'))
            path_ = make_below(*parent);
        if (!path_.empty())
            return;
    }
    throw start_failure(unavailable, "no folder for the embedded Redis can be made in XDG_RUNTIME_DIR, TMPDIR or /tmp");
}

private_folder::~private_folder()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}   // namespace rediserve::app
