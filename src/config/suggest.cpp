#include "config/suggest.hpp"

#include "rediserve/base/edit_distance.hpp"

#include <algorithm>
#include <limits>

namespace rediserve::config {

namespace {

std::string_view last_part(std::string_view path)
{
    return path.substr(path.rfind('.') + 1);
}

std::size_t distance(std::string_view name, std::string_view known)
{
    const auto whole = edit_distance(name, known);
    // One more, so that a name that is near as a whole wins.
    const auto part = edit_distance(last_part(name), last_part(known)) + 1;
    return std::min(whole, part);
}

}   // namespace

std::string nearest(std::string_view name, const std::vector<std::string>& known)
{
    name = name.substr(0, 200);
    const std::string* best = nullptr;
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const auto& one : known) {
        if (const auto away = distance(name, one); away < least) {
            least = away;
            best = &one;
        }
    }
    const auto bearable = std::max<std::size_t>(2, last_part(name).size() / 3 + 1);
    return best != nullptr && least <= bearable ? *best : std::string();
}

}   // namespace rediserve::config
