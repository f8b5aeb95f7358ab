// The known name that somebody probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rediserve::config {

// The known name that is nearest to `name`, or an empty text when none is near. A dotted name is also near when its last
// part is: "body" finds "http.limits.body". `name` is cut at 200 bytes.
std::string nearest(std::string_view name, const std::vector<std::string>& known);

}   // namespace rediserve::config
