// Keeps the picture in docs/architecture.md true: every #include of ours is compared with what the rooms declare in CMake.
#include "rooms/source_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace rediserve::test {
namespace {

namespace fs = std::filesystem;

const fs::path repository = REDISERVE_SOURCE_FOLDER;

const std::vector<source_file>& sources()
{
    static const auto read = read_sources(repository, {"include", "src"});
    return read;
}

const declared_rooms& rooms()
{
    static const auto read = read_rooms(REDISERVE_ROOMS_FILE);
    return read;
}

// Calls `check(source, line)` for every #include, quoted or not.
template <class Check>
void for_each_include(bool quoted, Check check)
{
    for (const auto& source : sources())
        for (const auto& line : source.includes)
            if (line.quoted == quoted)
                check(source, line);
}

TEST(Rooms, AreAllDeclared)
{
    ASSERT_THAT(sources(), testing::SizeIs(testing::Gt(20u)));
    for (const auto& source : sources())
        EXPECT_TRUE(source.room() == "third_party" || rooms().depends.contains(source.room())) << source.path;
}

TEST(Rooms, DependOnLowerRoomsOnly)
{
    const auto& order = rooms().order;
    for (auto room = order.begin(); room != order.end(); ++room)
        for (const auto& other : rooms().depends.at(*room))
            EXPECT_NE(std::find(order.begin(), room, other), room) << *room << " is built before " << other;
}

TEST(Rooms, IncludeOnlyRoomsThatTheyDeclare)
{
    for_each_include(true, [](const source_file& source, const include_line& line) {
        const auto other = room_of_target(line.target);
        EXPECT_TRUE(rooms().allow(source.room(), other))
            << source.at(line) << ": " << source.room() << " does not declare that it depends on " << other;
    });
}

TEST(Rooms, EnterOthersByTheirDoors)
{
    for_each_include(true, [](const source_file& source, const include_line& line) {
        EXPECT_TRUE(is_door(line.target) || room_of_target(line.target) == source.room())
            << source.at(line) << ": " << line.target << " is private to " << room_of_target(line.target);
    });
}

TEST(Rooms, DoorsIncludeOnlyDoors)
{
    for_each_include(true, [](const source_file& source, const include_line& line) {
        EXPECT_TRUE(is_door(line.target) || !source.path.starts_with("include/")) << source.at(line);
    });
}

// Configuration knows what can be set, not what it does: params.hpp of each room, and how a Redis URL is written.
TEST(Rooms, ConfigSeesParametersOnly)
{
    const std::set<std::string> plain{"config", "base", "telemetry"};
    for_each_include(true, [&](const source_file& source, const include_line& line) {
        if (source.room() != "config" || plain.contains(room_of_target(line.target)))
            return;
        // Whether files that are named in it can be used is a question that only their room can answer.
        const bool reads = line.target == "rediserve/redis/address.hpp" || line.target == "rediserve/http/tls.hpp";
        EXPECT_TRUE(line.target.ends_with("/params.hpp") || reads)
            << source.at(line) << ": " << line.target << " is behaviour";
    });
}

// "keys" of "keys/inside/scores.cpp"; empty for what is of no dialect.
std::string dialect_of(const std::string& below_api)
{
    const auto end = below_api.find('/');
    return end == std::string::npos ? std::string() : below_api.substr(0, end);
}

// A dialect is one folder of api/, and knows of no other.
TEST(Rooms, DialectsDoNotKnowEachOther)
{
    const std::string of_sources = "src/api/";
    const std::string of_targets = "api/";
    for_each_include(true, [&](const source_file& source, const include_line& line) {
        if (!source.path.starts_with(of_sources) || !line.target.starts_with(of_targets))
            return;
        const std::string other = dialect_of(line.target.substr(of_targets.size()));
        if (!other.empty()) {
            EXPECT_EQ(other, dialect_of(source.path.substr(of_sources.size()))) << source.at(line);
        }
    });
}

// A dialect reaches Redis through the gate that judges what it sends, and so has never a backend itself.
TEST(Rooms, OnlyTheServiceHasBackends)
{
    for (const auto& source : sources()) {
        const bool may = source.path == "src/api/serve.cpp" || source.path == "include/rediserve/api/serve.hpp";
        if (source.room() != "api" || may)
            continue;
        std::ifstream file(repository / source.path);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        for (const auto* name : {"redis::backend&", "redis::backend*", "redis::backend>", "make_standalone"})
            EXPECT_EQ(text.find(name), std::string::npos) << source.path << " names " << name;
    }
}

// Whom a library from outside is for. What is not listed here is for everybody.
const std::map<std::string, std::set<std::string>> library_users{
    {"hiredis/", {"redis"}},        {"boost/asio", {"base", "http", "redis", "cluster", "app"}},
    {"boost/beast", {"http"}},      {"nlohmann/", {"access", "api", "config"}},
    {"CLI/", {"config"}},           {"spdlog/", {"telemetry"}},
    {"prometheus/", {"telemetry"}}, {"openssl/", {"access", "base", "http", "redis"}},
};

TEST(Rooms, KeepLibrariesToThemselves)
{
    for_each_include(false, [](const source_file& source, const include_line& line) {
        for (const auto& [prefix, users] : library_users)
            EXPECT_TRUE(
                !line.target.starts_with(prefix) || users.contains(source.room()) || source.room() == "third_party"
            ) << source.at(line)
              << ": <" << line.target << "> is not for " << source.room();
    });
}

TEST(Headers, IncludeEachOtherWithoutCycles)
{
    EXPECT_EQ(find_header_cycle(sources()), "");
}

TEST(Headers, CycleIsFoundWhereThereIsOne)
{
    const std::vector<source_file> looped{
        {"src/a/one.hpp", {{1, "a/two.hpp", true}}},
        {"src/a/two.hpp", {{1, "a/three.hpp", true}, {2, "vector", false}}},
        {"src/a/three.hpp", {{1, "a/two.hpp", true}}},
    };
    EXPECT_EQ(find_header_cycle(looped), "a/two.hpp -> a/three.hpp -> a/two.hpp");
}

// Sources are listed, not globbed, so one can be forgotten.
TEST(Sources, AreListedInTheirFoldersCMakeFile)
{
    for (const auto& source : read_sources(repository, {"src", "tests", "bench"})) {
        if (!source.path.ends_with(".cpp"))
            continue;
        auto folder = (repository / source.path).parent_path();
        while (!fs::exists(folder / "CMakeLists.txt"))
            folder = folder.parent_path();
        std::ifstream file(folder / "CMakeLists.txt");
        const std::string listed{std::istreambuf_iterator<char>(file), {}};
        const auto name = (repository / source.path).lexically_relative(folder).string();
        EXPECT_NE(listed.find(name), std::string::npos) << source.path << " is not built";
    }
}

}   // namespace
}   // namespace rediserve::test
