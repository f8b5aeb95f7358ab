// What the tests of the configuration share.
#pragma once

#include "config/assignments.hpp"
#include "rediserve/config/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <stdlib.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rediserve::config {

using testing::HasSubstr;
using testing::Not;

inline environment variables(std::map<std::string, std::string> all)
{
    return [all = std::move(all)](std::string_view name) -> std::optional<std::string> {
        const auto at = all.find(std::string(name));
        return at == all.end() ? std::nullopt : std::optional(at->second);
    };
}

inline auto load_with(const std::vector<std::string>& arguments, std::map<std::string, std::string> given = {})
{
    return load(arguments, variables(std::move(given)));
}

// The merged settings; fails the test when they are refused.
inline settings settings_of(const std::vector<std::string>& arguments, std::map<std::string, std::string> given = {})
{
    const auto loaded = load_with(arguments, std::move(given));
    if (loaded)
        return loaded->values;
    ADD_FAILURE() << loaded.error().text;
    return {};
}

// The refusal; fails the test when there is none.
inline refusal refusal_of(const std::vector<std::string>& arguments, std::map<std::string, std::string> given = {})
{
    const auto loaded = load_with(arguments, std::move(given));
    if (!loaded)
        return loaded.error();
    ADD_FAILURE() << "nothing was refused";
    return {0, {}};
}

// A file that is gone at the end of the test.
class temporary_file
{
public:
    explicit temporary_file(std::string_view content)
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "rediserve-config-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("cannot make a temporary folder");
        folder_ = pattern;
        std::ofstream(path(), std::ios::binary) << content;
    }
    ~temporary_file() { std::filesystem::remove_all(folder_); }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    std::string path() const { return (folder_ / "file").string(); }

private:
    std::filesystem::path folder_;
};

// The problems of a document, one a line.
inline std::string problems_of(std::string_view document)
{
    const auto read = parse_document(document, "file.json");
    return read ? std::string() : read.error().text;
}

}   // namespace rediserve::config
