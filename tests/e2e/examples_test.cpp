// What the documents show on a command line runs as it is written there.
#include "e2e/rest_test.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

namespace rediserve::test {
namespace {

struct shell_example
{
    std::string command;
    std::string expected;   // "…" stands for anything
    int line = 0;           // where the command stands
    bool in_console = false;
};

// ```console: lines that begin with "$ ", continued by a backslash, and what follows them.
// ```sh: a command a line, and behind "  # " what comes of it.
class example_reader
{
public:
    void read(std::string line)
    {
        ++number_;
        if (line.starts_with("```"))
            enter(line.substr(3));
        else if (continued_)
            go_on(line);
        else if (block_ == "sh" || (block_ == "console" && line.starts_with("$ ")))
            begin(block_ == "sh" ? line : line.substr(2));
        else if (block_ == "console" && !found.empty())
            found.back().expected += line + "\n";
    }

    std::vector<shell_example> found;

private:
    void enter(const std::string& block)
    {
        block_ = block_.empty() ? block : "";
        continued_ = false;
    }

    void begin(const std::string& text)
    {
        found.push_back({{}, {}, number_, block_ == "console"});
        go_on(text);
    }

    void go_on(const std::string& text)
    {
        shell_example& one = found.back();
        const auto comment = one.in_console ? std::string::npos : text.find("  # ");
        one.command += (one.command.empty() ? "" : "\n") + text.substr(0, comment);
        if (comment != std::string::npos)
            one.expected = text.substr(comment + 4);
        continued_ = text.ends_with('\\');
    }

    std::string block_;
    bool continued_ = false;
    int number_ = 0;
};

std::vector<shell_example> read_examples(const std::string& path)
{
    std::ifstream file(path);
    example_reader reader;
    for (std::string line; std::getline(file, line);)
        reader.read(line);
    return std::move(reader.found);
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

// What it prints, and behind it the status of the answer where `tell_status`.
std::string run_in_shell(
    const std::string& command, const std::filesystem::path& folder, const std::string& redis, bool tell_status
)
{
    const std::string curl = R"(curl() { command curl -sS "$@" -w '\n%{http_code}'; }; )";
    process::options how;
    how.command = {
        "sh", "-c",
        "PATH=" + std::filesystem::path(binary()).parent_path().string() + ":$PATH REDIS_URL=" + redis
            + " && export REDIS_URL && cd '" + folder.string() + "' && " + (tell_status ? curl : "") + "{\n" + command
            + "\n} 2>/dev/null"};
    process shell(how);
    EXPECT_TRUE(shell.wait().has_value()) << command;
    return shell.output();
}

// What is expected: statuses in front ("201 {…}", "200 or 412"), a body, or words that promise success.
struct expectation
{
    explicit expectation(const std::string& text)
    {
        std::istringstream words(text);
        for (std::string word;
             words >> word && (std::isdigit(static_cast<unsigned char>(word[0])) != 0 || word == "or");)
            statuses.push_back(word.substr(0, 3));
        const auto begin = text.find_first_of("{[");
        const bool behind_words = begin != std::string::npos && begin > 0 && statuses.empty();
        body = begin == std::string::npos || behind_words ? "" : text.substr(begin);
    }

    std::vector<std::string> statuses;
    std::string body;
};

// Whether the last line of `output` is the status that is expected, and the lines before it the body.
bool comes_of_it(const std::string& output, const expectation& expected)
{
    const auto end = output.rfind('\n');
    if (end == std::string::npos)
        return false;
    const std::string status = output.substr(end + 1);
    const bool fine = status.size() == 3 && (status.starts_with('2') || status.starts_with('3'));
    if (expected.statuses.empty() ? !fine : std::ranges::find(expected.statuses, status) == expected.statuses.end())
        return false;
    return expected.body.empty() || fits(tidy(output.substr(0, end)), expected.body);
}

// What a page says to somebody who has a gateway already. A stream has no end of its own, and $TOKEN is the reader's.
bool can_run(const shell_example& one)
{
    const auto says = [&](const char* text) { return one.command.find(text) != std::string::npos; };
    return (says("curl ") && says("localhost:3000") && !says("curl -N") && !says("$TOKEN"))
        || (one.in_console && says("rediserve check"));
}

// The first JSON document of a page.
std::string first_document(const std::string& path)
{
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    const std::string all = text.str();
    const auto begin = all.find("```json\n");
    return begin == std::string::npos ? "" : all.substr(begin + 8, all.find("```", begin + 8) - begin - 8);
}

std::string path_of(const char* page)
{
    return std::string(REDISERVE_SOURCE_FOLDER "/") + page;
}

struct page
{
    const char* path;
    int examples;   // at least
};

std::ostream& operator<<(std::ostream& to, const page& one)
{
    return to << one.path;
}

class ExamplesOf : public testing::TestWithParam<page>
{
protected:
    void SetUp() override
    {
        ASSERT_TRUE(rest.await_ready());
        std::ofstream(folder.path() / "logo.png") << "\x89PNG not really";
        std::ofstream(folder.path() / "access.json") << first_document(path_of(GetParam().path));
    }

    void run(const shell_example& one)
    {
        const auto at_the_gateway = [&](const std::string& text) {
            return replace_all(text, "localhost:3000", rest.address());
        };
        const auto got = run_in_shell(at_the_gateway(one.command), folder.path(), redis.url(), !one.in_console);
        const auto wanted = at_the_gateway(one.expected);
        const bool holds = one.in_console ? fits(tidy(got), tidy(wanted)) : comes_of_it(got, expectation(wanted));
        EXPECT_TRUE(holds) << GetParam().path << ":" << one.line << ": " << one.command << "\nexpected:\n"
                           << wanted << "\ngot:\n"
                           << got;
    }

    temporary_folder folder;
    redis_server redis;
    gateway rest{{"--redis", redis.url()}};
};

TEST_P(ExamplesOf, RunAsWritten)
{
    int count = 0;
    for (const shell_example& one : read_examples(path_of(GetParam().path))) {
        if (!can_run(one))
            continue;
        ++count;
        run(one);
    }
    EXPECT_GE(count, GetParam().examples) << "the page has lost its examples";
}

INSTANTIATE_TEST_SUITE_P(
    Pages, ExamplesOf,
    testing::Values(
        page{"README.md", 5}, page{"docs/dialects/keys.md", 50}, page{"docs/dialects/upstash.md", 4},
        page{"docs/errors.md", 1}, page{"docs/idempotency.md", 6}, page{"docs/quick-start.md", 5},
        page{"docs/security.md", 1}, page{"docs/topologies.md", 2}, page{"docs/transactions.md", 3},
        page{"docs/typed-replies.md", 5}
    ),
    [](const auto& one) {
        std::string name = one.param.path;
        std::ranges::replace_if(
            name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_'
        );
        return name;
    }
);

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
