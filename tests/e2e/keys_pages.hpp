// Walks through the pages of what is inside a key.
#pragma once

#include "e2e/rest_test.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace rediserve::test {

// The target of the Link to the next page, "" when there is none.
inline std::string next_page(const http_response& page)
{
    const std::string link = page.header("link");
    const auto end = link.find(">; rel=\"next\"");
    return link.starts_with('<') && end != std::string::npos ? link.substr(1, end - 1) : std::string();
}

// The document of every page from `target` on, by their Links. `between` is called behind each page.
inline std::vector<nlohmann::json> walk_pages(
    const gateway& of, std::string target, const std::function<void()>& between = [] {}
)
{
    constexpr std::size_t most = 10'000;
    std::vector<nlohmann::json> pages;
    auto connection = of.connect();
    while (!target.empty() && pages.size() < most) {
        const auto page = connection.request("GET", target);
        EXPECT_THAT(page, HasStatus(200)) << target;
        if (page.status != 200)
            return pages;
        pages.push_back(json_of(page));
        target = next_page(page);
        between();
    }
    EXPECT_LT(pages.size(), most) << "the pages do not end";
    return pages;
}

}   // namespace rediserve::test
