// The source files of the repository and what they include, read as text.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace rediserve::test {

struct include_line
{
    int number = 0;
    std::string target;    // what stands between the quotes or brackets
    bool quoted = false;   // "ours" rather than <theirs>
};

struct source_file
{
    std::string path;   // relative to the repository, e.g. "src/http/session.cpp"
    std::vector<include_line> includes;

    // "http" for src/http/… and include/rediserve/http/…; otherwise the folder below src, e.g. "third_party".
    std::string room() const;
    // "src/http/session.cpp:12", for messages.
    std::string at(const include_line& line) const { return path + ":" + std::to_string(line.number); }
};

// Every .cpp and .hpp below `folders`, in order of path.
std::vector<source_file> read_sources(const std::filesystem::path& repository, const std::vector<std::string>& folders);

// The room whose door or private header `target` names: "redis" for both "rediserve/redis/reply.hpp" and "redis/pool.hpp".
std::string room_of_target(const std::string& target);
inline bool is_door(const std::string& target)
{
    return target.starts_with("rediserve/");
}

// rooms.txt as the build wrote it: the declared dependencies of each room, and the rooms lowest first.
struct declared_rooms
{
    std::map<std::string, std::set<std::string>> depends;
    std::vector<std::string> order;

    bool allow(const std::string& from, const std::string& to) const
    {
        const auto found = depends.find(from);
        return from == to || (found != depends.end() && found->second.contains(to));
    }
};
declared_rooms read_rooms(const std::filesystem::path& file);

// One cycle among the headers' includes as "a.hpp -> b.hpp -> a.hpp", or "" when there is none.
std::string find_header_cycle(const std::vector<source_file>& sources);

}   // namespace rediserve::test
