#include "rooms/source_tree.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace rediserve::test {

namespace {

namespace fs = std::filesystem;

std::string part(const std::string& path, std::size_t number)
{
    const fs::path whole(path);
    return std::next(whole.begin(), static_cast<std::ptrdiff_t>(number))->string();
}

std::vector<include_line> read_includes(const fs::path& path)
{
    static const std::regex directive(R"(^\s*#\s*include\s*(["<])([^">]+)[">])");
    std::ifstream file(path);
    std::vector<include_line> found;
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        std::smatch match;
        if (std::regex_search(line, match, directive))
            found.push_back({number, match[2], match[1] == "\""});
    }
    return found;
}

bool is_source(const fs::path& path)
{
    return path.extension() == ".cpp" || path.extension() == ".hpp";
}

// How other files name a header: doors below include/, private headers below src/.
std::string name_of_header(const std::string& path)
{
    return path.substr(path.find('/') + 1);
}

using include_graph = std::map<std::string, std::vector<std::string>>;

// Depth first; `trail` is the way from the start to `node`.
std::optional<std::vector<std::string>> cycle_through(
    const include_graph& graph, const std::string& node, std::vector<std::string>& trail, std::set<std::string>& done
)
{
    const auto seen = std::find(trail.begin(), trail.end(), node);
    if (seen != trail.end()) {
        std::vector<std::string> cycle(seen, trail.end());
        cycle.push_back(node);
        return cycle;
    }
    trail.push_back(node);
    const auto found = graph.find(node);
    if (found != graph.end() && !done.contains(node))
        for (const auto& next : found->second)
            if (auto cycle = cycle_through(graph, next, trail, done))
                return cycle;
    trail.pop_back();
    done.insert(node);
    return std::nullopt;
}

}   // namespace

std::string source_file::room() const
{
    return path.starts_with("include/") ? part(path, 2) : part(path, 1);
}

std::vector<source_file> read_sources(const fs::path& repository, const std::vector<std::string>& folders)
{
    std::vector<source_file> sources;
    for (const auto& folder : folders)
        for (const auto& entry : fs::recursive_directory_iterator(repository / folder))
            if (entry.is_regular_file() && is_source(entry.path()))
                sources.push_back({entry.path().lexically_relative(repository).string(), read_includes(entry.path())});
    std::sort(sources.begin(), sources.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return sources;
}

std::string room_of_target(const std::string& target)
{
    return part(target, is_door(target) ? 1 : 0);
}

declared_rooms read_rooms(const fs::path& file)
{
    std::ifstream lines(file);
    if (!lines)
        throw std::runtime_error("cannot read " + file.string());
    declared_rooms rooms;
    for (std::string line; std::getline(lines, line);) {
        const auto colon = line.find(':');
        const std::string name = line.substr(0, colon);
        std::istringstream depends(line.substr(colon + 1));
        rooms.order.push_back(name);
        auto& declared = rooms.depends[name];
        for (std::string other; depends >> other;)
            declared.insert(other);
    }
    return rooms;
}

std::string find_header_cycle(const std::vector<source_file>& sources)
{
    include_graph graph;
    for (const auto& source : sources)
        if (source.path.ends_with(".hpp"))
            for (const auto& line : source.includes)
                if (line.quoted)
                    graph[name_of_header(source.path)].push_back(line.target);
    std::set<std::string> done;
    for (const auto& [header, _] : graph) {
        std::vector<std::string> trail;
        const auto cycle = cycle_through(graph, header, trail, done);
        if (!cycle)
            continue;
        std::string text;
        for (const auto& step : *cycle)
            text += (text.empty() ? "" : " -> ") + step;
        return text;
    }
    return {};
}

}   // namespace rediserve::test
