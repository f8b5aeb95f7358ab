// The known name that somebody probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::config {

// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
std::size_t edit_distance(std::string_view from, std::string_view to);

// The known name that is nearest to `name`, or an empty text when none is near. A dotted name is also near when its last
// part is: "body" finds "http.limits.body". `name` is cut at 200 bytes.
std::string nearest(std::string_view name, const std::vector<std::string>& known);

}   // namespace rediserve::config
