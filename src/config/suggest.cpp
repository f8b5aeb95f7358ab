#include "config/suggest.hpp"

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

std::size_t edit_distance(std::string_view from, std::string_view to)
{
    // Rows of the usual table: `row[j]` is the distance between the first i bytes of `from` and the first j of `to`.
    std::vector<std::size_t> before(to.size() + 1);
    std::vector<std::size_t> above(to.size() + 1);
    std::vector<std::size_t> row(to.size() + 1);
    for (std::size_t j = 0; j <= to.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= from.size(); ++i) {
        before.swap(above);
        above.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const bool same = from[i - 1] == to[j - 1];
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
    }
    return row.back();
}

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
