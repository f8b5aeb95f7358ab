// Keeps the documents true where the sources can tell: paths, the map of the code, the lines of the log.
#include "rooms/source_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

namespace rediserve::test {
namespace {

namespace fs = std::filesystem;

const fs::path repository = REDISERVE_SOURCE_FOLDER;

using names = std::set<std::string>;

std::string read(const fs::path& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::string& path)
{
    std::ifstream file(repository / path);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);)
        all.push_back(line);
    return all;
}

std::vector<fs::path> documents()
{
    std::vector<fs::path> all{repository / "README.md", repository / "CONTRIBUTING.md"};
    for (const auto& entry : fs::recursive_directory_iterator(repository / "docs"))
        if (entry.path().extension() == ".md")
            all.push_back(entry.path());
    return all;
}

// What `pattern` captures, wherever it is found in `text`.
std::vector<std::string> captures(const std::string& text, const std::string& pattern)
{
    const std::regex wanted(pattern);
    std::vector<std::string> found;
    for (std::sregex_iterator match(text.begin(), text.end(), wanted), end; match != end; ++match)
        found.push_back((*match)[1]);
    return found;
}

TEST(Documents, NameOnlyPathsThatExist)
{
    const std::string path =
        "(?:^|[\\s(`\"])((?:\\.ci|bench|cmake|config|docker|docs|include|scripts|src|tests|tools)/[\\w./-]*\\w)";
    for (const auto& document : documents())
        for (const auto& named : captures(read(document), path))
            EXPECT_TRUE(fs::exists(repository / named) || named == "bench/results") << document << ": " << named;
}

TEST(Documents, LinkOnlyToFilesThatExist)
{
    for (const auto& document : documents())
        for (const auto& target : captures(read(document), "\\]\\(([^)#:]+)\\)"))
            EXPECT_TRUE(fs::exists(document.parent_path() / target)) << document << ": " << target;
}

// Every file below src/, by folder and without its ending.
names files_below_src()
{
    names all;
    for (const auto& source : read_sources(repository, {"src"}))
        if (!source.path.starts_with("src/third_party/"))
            all.insert(fs::path(source.path).replace_extension().string());
    return all;
}

// The rows of the tables under the headings that name a folder.
names files_in_the_map()
{
    names all;
    std::string folder;
    for (const auto& line : lines_of("docs/architecture.md")) {
        if (line.starts_with("## ") || line.starts_with("### ")) {
            const auto heading = captures(line, "^##+ `(src/[a-z_/]+/)`");
            folder = heading.empty() ? "" : heading.front();
        }
        if (const auto row = captures(line, "^\\| `([a-z_]+)` \\| .+ \\|$"); !folder.empty() && !row.empty())
            all.insert(folder + row.front());
    }
    return all;
}

TEST(Architecture, MapsEveryFile)
{
    EXPECT_EQ(files_in_the_map(), files_below_src());
}

// "server started" for every report(level::…, "server", "started", …).
names events_in_the_sources()
{
    names all{"request answered"};   // its level depends on the status
    const std::regex call(R"re(level::[a-z]+,\s*"([a-z_]+)",\s*"([a-z_]+)")re");
    for (const auto& source : read_sources(repository, {"src"})) {
        const std::string text = read(repository / source.path);
        for (std::sregex_iterator match(text.begin(), text.end(), call), end; match != end; ++match)
            all.insert((*match)[1].str() + " " + (*match)[2].str());
    }
    return all;
}

TEST(Operations, ListEveryLineOfTheLog)
{
    names listed;
    for (const auto& line : lines_of("docs/operations.md"))
        for (const auto& row : captures(line, "^\\| `([a-z_]+ [a-z_]+)` \\| .+ \\|$"))
            listed.insert(row);
    EXPECT_EQ(listed, events_in_the_sources());
}

}   // namespace
}   // namespace rediserve::test
