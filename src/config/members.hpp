// Objects of documents other than the configuration file, read member by member: what nobody asked for is unknown.
#pragma once

#include "config/assignments.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::config {

// Where problems of one file go.
struct complaints
{
    const std::string& file;
    problems& found;

    void operator()(std::string_view path, std::string_view text) const;
};

// Getters yield nothing, with a complaint, when a member is not what it must be; and nothing without one when it is
// missing.
class members
{
public:
    // `of` may be anything: no object is a complaint, and has no members.
    members(const nlohmann::json& of, std::string path, const complaints& to);

    const nlohmann::json* find(std::string_view name);
    std::optional<std::string> text(std::string_view name);   // not empty
    std::vector<std::string> texts(std::string_view name);    // a text, or a list of them
    std::optional<std::uint64_t> count(std::string_view name, std::uint64_t least, std::uint64_t most);
    std::optional<std::uint64_t> size(std::string_view name);   // of bytes, 1 or more
    std::optional<std::chrono::milliseconds> duration(std::string_view name, std::chrono::milliseconds most);
    bool flag(std::string_view name);   // false when it is missing
    std::optional<members> object(std::string_view name);

    // To be called last. Complains of members that were not asked for, with the nearest name that was.
    void refuse_unknown() const;

    void complain(std::string_view text) const { to_(path_, text); }
    void complain(std::string_view name, std::string_view text) const { to_(path_of(name), text); }
    const std::string& path() const noexcept { return path_; }
    std::string path_of(std::string_view name) const;
    const complaints& to() const noexcept { return to_; }

private:
    const nlohmann::json& of_;
    std::string path_;
    complaints to_;
    std::vector<std::string> known_;
};

}   // namespace rediserve::config
