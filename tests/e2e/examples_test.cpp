// The README's examples run as they are written there.
#include "e2e/rest_test.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace rediserve::test {
namespace {

struct shell_example
{
    std::string command;
    std::string expected;   // "…" stands for anything
    int line = 0;           // where the command stands
};

// The commands of all ```console blocks: lines that begin with "$ ", continued by a backslash, and what
// follows them.
std::vector<shell_example> read_examples(const std::string& path)
{
    std::ifstream file(path);
    std::vector<shell_example> found;
    bool inside = false;
    bool continued = false;
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        if (line.starts_with("```")) {
            inside = !inside && line == "```console";
        } else if (inside && line.starts_with("$ ")) {
            found.push_back({line.substr(2), {}, number});
            continued = line.ends_with('\\');
        } else if (inside && continued) {
            found.back().command += "\n" + line;
            continued = line.ends_with('\\');
        } else if (inside && !found.empty()) {
            found.back().expected += line + "\n";
        }
    }
    return found;
}

// Without carriage returns and white space at the ends of lines and of the whole.
std::string tidy(const std::string& text)
{
    std::istringstream lines(text);
    std::string result;
    for (std::string line; std::getline(lines, line);) {
        line.erase(line.find_last_not_of(" \t\r") + 1);
        result += line + "\n";
    }
    result.erase(result.find_last_not_of('\n') + 1);
    return result;
}

// Whether `text` is `pattern` with something in the place of every "…".
bool fits(const std::string& text, const std::string& pattern)
{
    static const std::string gap = "…";
    auto end = pattern.find(gap);
    auto piece = pattern.substr(0, end);
    if (end == std::string::npos)
        return text == piece;
    if (!text.starts_with(piece))
        return false;
    auto at = piece.size();
    for (;;) {
        auto begin = end + gap.size();
        end = pattern.find(gap, begin);
        piece = pattern.substr(begin, end - begin);
        if (end == std::string::npos)
            return text.size() >= at + piece.size() && text.ends_with(piece);
        auto found = text.find(piece, at);
        if (found == std::string::npos)
            return false;
        at = found + piece.size();
    }
}

std::string replace_all(std::string text, const std::string& what, const std::string& by)
{
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
        text.replace(at, what.size(), by);
    return text;
}

std::string run_in_shell(const std::string& command, const std::filesystem::path& folder)
{
    process::options how;
    how.command = {"sh", "-c", "cd '" + folder.string() + "' && {\n" + command + "\n} 2>/dev/null"};
    process shell(how);
    EXPECT_TRUE(shell.wait().has_value()) << command;
    return shell.output();
}

TEST(Examples, OfTheReadmeRunAsWritten)
{
    temporary_folder folder;
    gateway rest({"--embedded"});
    ASSERT_TRUE(rest.await_ready());
    int run = 0;
    for (const auto& [command, expected, line] : read_examples(REDISERVE_SOURCE_FOLDER "/README.md")) {
        if (command.find("localhost:3000") == std::string::npos)
            continue;   // what sets the machine up
        ++run;
        auto output = run_in_shell(replace_all(command, "localhost:3000", rest.address()), folder.path());
        auto wanted = replace_all(expected, "localhost:3000", rest.address());
        EXPECT_TRUE(fits(tidy(output), tidy(wanted))) << "README.md:" << line << ": " << command << "\nexpected:\n"
                                                      << tidy(wanted) << "\ngot:\n"
                                                      << tidy(output);
    }
    EXPECT_GE(run, 5) << "the README has lost its examples";
}

TEST(Examples, AreComparedWithGaps)
{
    EXPECT_TRUE(fits("abc", "abc"));
    EXPECT_TRUE(fits("abc", "a…c"));
    EXPECT_TRUE(fits("abcabc", "…abc"));
    EXPECT_TRUE(fits("a\nb\nc", "a\n…\nc"));
    EXPECT_TRUE(fits("", "…"));
    EXPECT_FALSE(fits("abc", "ab"));
    EXPECT_FALSE(fits("ac", "a…cc"));
    EXPECT_FALSE(fits("abd", "a…c"));
}

}   // namespace
}   // namespace rediserve::test
