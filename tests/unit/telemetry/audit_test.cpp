#include "rediserve/telemetry/audit.hpp"

#include "rediserve/telemetry/log.hpp"
#include "telemetry/audit_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::telemetry {
namespace {

using nlohmann::json;
using testing::ElementsAre;

using testing::MatchesRegex;
using testing::SizeIs;

using keys = std::vector<std::string_view>;

constexpr std::string_view salt = "of this test";

std::string line_of(const audit_record& of, std::string_view with = salt)
{
    buffer line;
    append_audit_line(line, std::chrono::system_clock::time_point(std::chrono::milliseconds(1)), of, with);
    return std::string(line.view());
}

json parsed(const audit_record& of, std::string_view with = salt)
{
    return json::parse(line_of(of, with));
}

json clear_keys(const keys& of)
{
    return parsed({.keys = of}, {})["keys"];
}

audit_record refused_get(const keys& of)
{
    return {
        .request = "r-1",
        .principal = "ci",
        .address = "192.0.2.7",
        .command = "get",
        .keys = of,
        .keys_known = true,
        .allowed = false,
        .rule = "-@read",
    };
}

// ---- the line ------------------------------------------------------------------------------------------------------

TEST(AuditLine, TellsWhoFromWhereWhatAndWhether)
{
    EXPECT_EQ(
        line_of(refused_get({"k"}), {}),
        R"({"time":"1970-01-01T00:00:00.001Z","event":"audit","request":"r-1","principal":"ci",)"
        R"("address":"192.0.2.7","command":"get","keys":["k"],"verdict":"refused","rule":"-@read"})"
    );
    EXPECT_EQ(parsed({.allowed = true})["verdict"], "allowed");
    EXPECT_EQ(parsed({.keys_known = false})["keys_unknown"], true);
}

TEST(AuditLine, CannotBeForged)
{
    const std::string evil = "x\r\n{\"event\":\"audit\"}\"\\\x01\x7f\xff\xc0\xaf\0y" + std::string(1, '\0') + "z";
    const keys names{evil};
    for (const std::string_view with : {salt, std::string_view()}) {
        const std::string line = line_of(
            {.request = evil, .principal = evil, .address = evil, .command = evil, .keys = names, .rule = evil}, with
        );
        EXPECT_TRUE(std::ranges::none_of(line, [](char c) { return static_cast<unsigned char>(c) < ' '; })) << line;
        const json read = json::parse(line);
        EXPECT_EQ(read.size(), 9U);
        EXPECT_EQ(read["verdict"], "refused");
        for (const auto* const field : {"request", "principal", "address", "command", "rule"})
            EXPECT_THAT(read[field].get<std::string>(), testing::StartsWith("x\r\n{\"event\":\"audit\"}\"\\\x01"))
                << field;
    }
}

TEST(AuditLine, HashesKeysSoThatEqualOnesAreRecognised)
{
    const keys names{"a", "b", "a"};
    const json hashed = parsed({.keys = names})["keys"];
    ASSERT_THAT(hashed, SizeIs(3));
    for (const std::string text : hashed)
        EXPECT_THAT(text, MatchesRegex("[0-9a-f]+")) << text;
    EXPECT_EQ(hashed[0].get<std::string>().size(), 16U);
    EXPECT_EQ(hashed[0], hashed[2]);
    EXPECT_NE(hashed[0], hashed[1]);
    EXPECT_NE(hashed, parsed({.keys = names}, "of another run")["keys"]);
}

TEST(AuditLine, HashesWholeKeys)
{
    const std::string one = std::string(1000, 'x') + "1";
    const std::string other = std::string(1000, 'x') + "2";
    const keys names{one, other};
    const json line = parsed({.keys = names});
    EXPECT_NE(line["keys"][0], line["keys"][1]);
    EXPECT_FALSE(line.contains("keys_cut"));
}

TEST(AuditLine, EncodesClearKeysThatAreNoText)
{
    EXPECT_EQ(clear_keys({"\xff\xfe"}), json::array({"base64://4="}));
    EXPECT_EQ(clear_keys({"base64://4="}), json::array({"base64:YmFzZTY0Oi8vND0="})) << "not to be taken for the other";
    EXPECT_EQ(clear_keys({"caf\xc3\xa9", ""}), json::array({"caf\xc3\xa9", ""}));
}

TEST(AuditLine, CutsWhatIsLong)
{
    const std::string fitting(256, 'f');
    const std::string longer(100'000, 'l');
    const std::string in_character = std::string(255, 'c') + "\xe2\x82\xac";   // the euro sign begins within
    const std::string bytes(300, '\x80');
    const keys names{fitting, longer, in_character, bytes};
    const json line =
        parsed({.request = longer, .principal = longer, .address = longer, .command = longer, .keys = names}, {});
    EXPECT_EQ(line["keys"][0], fitting);
    EXPECT_EQ(line["keys"][1], longer.substr(0, 256));
    EXPECT_EQ(line["keys"][2], std::string(255, 'c'));
    EXPECT_LE(line["keys"][3].get<std::string>().size(), 7U + 344U);
    EXPECT_EQ(line["keys_cut"], 3);
    EXPECT_EQ(line["principal"], longer.substr(0, 256));
    EXPECT_EQ(line["command"], longer.substr(0, 256));
}

TEST(AuditLine, ListsSoManyKeysAndCountsTheOthers)
{
    const keys fitting(32, "k");
    EXPECT_THAT(parsed({.keys = fitting})["keys"], SizeIs(32));
    EXPECT_FALSE(parsed({.keys = fitting}).contains("keys_more"));
    const keys many(1000, "k");
    EXPECT_THAT(parsed({.keys = many})["keys"], SizeIs(32));
    EXPECT_EQ(parsed({.keys = many})["keys_more"], 968);
}

TEST(AuditLine, TellsWhoWasTurnedAwayAndWhy)
{
    const auto line_of = [](const audit_refusal& of) {
        buffer line;
        append_audit_line(line, std::chrono::system_clock::time_point(std::chrono::milliseconds(1)), of);
        return std::string(line.view());
    };
    const error why(errc::unauthorized, "the token is wrong");
    EXPECT_EQ(
        line_of({"r-1", "-", "192.0.2.7", "GET", "/keys", why}),
        R"({"time":"1970-01-01T00:00:00.001Z","event":"audit","request":"r-1","principal":"-","address":"192.0.2.7",)"
        R"("method":"GET","mount":"/keys","verdict":"refused","code":"unauthorized","why":"the token is wrong"})"
    );
    EXPECT_FALSE(json::parse(line_of({.request = "r-1", .why = why})).contains("mount"));

    const std::string evil = "x\r\n{\"event\":\"audit\"}\"\\\x01\xff" + std::string(1, '\0') + std::string(1000, 'z');
    const error evil_why(errc::forbidden, evil);
    const std::string line = line_of({evil, evil, evil, evil, evil, evil_why});
    EXPECT_TRUE(std::ranges::none_of(line, [](char c) { return static_cast<unsigned char>(c) < ' '; })) << line;
    const json read = json::parse(line);
    EXPECT_EQ(read.size(), 10U);
    for (const auto* const field : {"request", "principal", "address", "method", "mount", "why"})
        EXPECT_THAT(read[field].get<std::string>(), testing::StartsWith("x\r\n{\"event\":\"audit\"}\"\\\x01")) << field;
    EXPECT_LT(line.size(), 4000U);
}

// ---- where it goes -------------------------------------------------------------------------------------------------

class Audit : public testing::Test
{
protected:
    Audit()
    {
        std::string made = (std::filesystem::temp_directory_path() / "audit-XXXXXX").string();
        folder_ = ::mkdtemp(made.data());
        settings_.file = (folder_ / "audit.log").string();
        settings_.clear_keys = true;
    }
    ~Audit() override
    {
        stop_audit();
        std::filesystem::remove_all(folder_);
    }

    static void refuse(std::string_view key)
    {
        const keys names{key};
        audit(refused_get(names));
    }

    std::vector<std::string> keys_in(const std::string& path) const
    {
        std::ifstream from(path);
        std::vector<std::string> all;
        for (std::string line; std::getline(from, line);)
            all.push_back(json::parse(line)["keys"][0]);
        return all;
    }

    // Until the writer has come so far. The test's time limit is the deadline.
    void await_lines(const std::string& path, std::size_t count) const
    {
        while (keys_in_whole_lines(path) < count)
            std::this_thread::yield();
    }

    std::filesystem::path folder_;
    audit_params settings_;

private:
    static std::size_t keys_in_whole_lines(const std::string& path)
    {
        std::ifstream from(path);
        return static_cast<std::size_t>(
            std::count(std::istreambuf_iterator<char>(from), std::istreambuf_iterator<char>(), '\n')
        );
    }
};

TEST_F(Audit, IsOffUnlessAFileIsNamed)
{
    EXPECT_FALSE(audits(false));
    settings_.file.clear();
    settings_.allowed = true;
    ASSERT_TRUE(start_audit(settings_));
    EXPECT_FALSE(audits(false));
    EXPECT_FALSE(audits(true));
    refuse("into the void");
    audit({.why = error(errc::unauthorized, "into the void")});
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(Audit, TellsRefusalsAndWhenToldWhatIsAllowed)
{
    ASSERT_TRUE(start_audit(settings_));
    EXPECT_TRUE(audits(false));
    EXPECT_FALSE(audits(true));
    const keys names{"allowed"};
    audit_record passed = refused_get(names);
    passed.allowed = true;
    audit(passed);
    refuse("refused");
    settings_.allowed = true;
    ASSERT_TRUE(start_audit(settings_));
    EXPECT_TRUE(audits(true));
    audit(passed);
    stop_audit();
    EXPECT_FALSE(audits(false));
    EXPECT_THAT(keys_in(settings_.file), ElementsAre("refused", "allowed"));
}

TEST_F(Audit, AppendsToAFileForItsOwnerOnly)
{
    ASSERT_TRUE(start_audit(settings_));
    refuse("first run");
    stop_audit();
    ASSERT_TRUE(start_audit(settings_));
    refuse("second run");
    stop_audit();
    EXPECT_THAT(keys_in(settings_.file), ElementsAre("first run", "second run"));
    struct stat facts = {};
    ASSERT_EQ(::stat(settings_.file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 07777U, 0600U);
}

TEST_F(Audit, HashesKeysUnlessTold)
{
    settings_.clear_keys = false;
    ASSERT_TRUE(start_audit(settings_));
    refuse("k");
    refuse("k");
    stop_audit();
    const auto told = keys_in(settings_.file);
    ASSERT_THAT(told, SizeIs(2));
    EXPECT_THAT(told[0], MatchesRegex("[0-9a-f]+"));
    EXPECT_EQ(told[0], told[1]);
    EXPECT_NE(told[0], json::parse(line_of(refused_get({"k"}), std::string_view("\0", 1)))["keys"][0]);
}

TEST_F(Audit, GoesOnInANewFileWhenItsOwnWasMovedAway)
{
    ASSERT_TRUE(start_audit(settings_));
    refuse("before");
    await_lines(settings_.file, 1);
    const std::string moved = settings_.file + ".1";
    std::filesystem::rename(settings_.file, moved);
    refuse("still into the old one");
    await_lines(moved, 2);
    reopen_audit();
    refuse("after");
    stop_audit();
    EXPECT_THAT(keys_in(moved), ElementsAre("before", "still into the old one"));
    EXPECT_THAT(keys_in(settings_.file), ElementsAre("after"));
}

TEST_F(Audit, KeepsTheOldFileWhenThereCannotBeANewOne)
{
    const auto inner = folder_ / "inner";
    std::filesystem::create_directory(inner);
    settings_.file = (inner / "audit.log").string();
    ASSERT_TRUE(start_audit(settings_));
    const auto moved = folder_ / "moved";
    std::filesystem::rename(inner, moved);
    reopen_audit();
    EXPECT_EQ(start_audit(settings_).error().code, errc::bad_configuration);
    refuse("not lost");
    stop_audit();
    EXPECT_THAT(keys_in((moved / "audit.log").string()), ElementsAre("not lost"));
}

TEST_F(Audit, ChangesItsFileWhileOthersWrite)
{
    constexpr int lines = 2000;
    settings_.queue = lines;
    ASSERT_TRUE(start_audit(settings_));
    std::thread writing([] {
        for (int i = 0; i < lines; ++i)
            refuse("k" + std::to_string(i));
    });
    std::vector<std::string> files{settings_.file};
    for (int i = 0; i < 20; ++i) {
        settings_.file = files.emplace_back((folder_ / std::to_string(i)).string());
        EXPECT_TRUE(start_audit(settings_));
    }
    writing.join();
    const std::uint64_t before = dropped_audit_lines();
    stop_audit();
    std::size_t total = 0;
    for (const std::string& file : files)
        total += keys_in(file).size();   // every line is whole, or it could not be read
    EXPECT_EQ(total, static_cast<std::size_t>(lines));
    EXPECT_EQ(dropped_audit_lines(), before);
}

TEST_F(Audit, SaysWhyAFileCannotBeOpened)
{
    settings_.file = folder_.string();
    const auto started = start_audit(settings_);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, errc::bad_configuration);
    EXPECT_EQ(started.error().detail, "audit.file: cannot open " + folder_.string() + ": Is a directory");
    EXPECT_FALSE(audits(false));
    ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
    settings_.file = (folder_ / "pipe").string();
    EXPECT_FALSE(start_audit(settings_)) << "nobody reads it, and nobody waits for somebody";
}

TEST_F(Audit, DropsAndCountsWhatNobodyTakes)
{
    constexpr std::size_t lines = 10'000;
    settings_.file = (folder_ / "pipe").string();
    settings_.queue = 16;
    ASSERT_EQ(::mkfifo(settings_.file.c_str(), 0600), 0);
    const int reader = ::open(settings_.file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const std::uint64_t before = dropped_audit_lines();
    ASSERT_TRUE(start_audit(settings_));
    for (std::size_t i = 0; i < lines; ++i)
        refuse("k");   // returns although nobody reads
    EXPECT_GT(dropped_audit_lines(), before);
    ::fcntl(reader, F_SETFL, 0);   // from here on it waits for what comes
    std::size_t whole = 0;
    std::thread reading([&] {
        std::array<char, 65536> piece{};
        for (ssize_t n = 0; (n = ::read(reader, piece.data(), piece.size())) > 0;)
            whole += static_cast<std::size_t>(std::count(piece.data(), piece.data() + n, '\n'));
    });
    stop_audit();
    reading.join();
    ::close(reader);
    EXPECT_EQ(whole + dropped_audit_lines() - before, lines) << "every line is either written or counted";
}

TEST_F(Audit, SharesStandardOutputWithTheLog)
{
    settings_.file = "-";
    testing::internal::CaptureStdout();
    params of_log;
    of_log.format = log_format::json;
    start_log(of_log);
    ASSERT_TRUE(start_audit(settings_));
    report(level::info, "server", "before");
    refuse("k");
    report(level::info, "server", "after");
    stop_audit();
    stop_log();
    const std::string text = testing::internal::GetCapturedStdout();
    EXPECT_THAT(text, MatchesRegex(".*\"before\"}\n\\{\"time\":.*\"keys\":\\[\"k\"\\].*}\n.*\"after\"}\n"));
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(Audit, CanBeSwitchedOffAndOnAgain)
{
    ASSERT_TRUE(start_audit(settings_));
    refuse("1");
    audit_params off;
    ASSERT_TRUE(start_audit(off));
    refuse("2");
    reopen_audit();
    ASSERT_TRUE(start_audit(settings_));
    refuse("3");
    stop_audit();
    EXPECT_THAT(keys_in(settings_.file), ElementsAre("1", "3"));
}

}   // namespace
}   // namespace rediserve::telemetry
