// The audit log of this process, in a file of its own, for as long as this lives.
#pragma once

#include "rediserve/telemetry/audit.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace rediserve::test {

class audited
{
public:
    audited()
    {
        std::string made = (std::filesystem::temp_directory_path() / "audit-XXXXXX").string();
        folder_ = ::mkdtemp(made.data());
    }
    ~audited()
    {
        telemetry::stop_audit();
        std::filesystem::remove_all(folder_);
    }
    audited(const audited&) = delete;
    audited& operator=(const audited&) = delete;

    void start(bool allowed)
    {
        ASSERT_TRUE(telemetry::start_audit({.file = path(), .clear_keys = true, .allowed = allowed}));
    }

    // What was told until now, which ends it.
    std::vector<nlohmann::json> lines()
    {
        telemetry::stop_audit();
        std::ifstream from(path());
        std::vector<nlohmann::json> all;
        for (std::string line; std::getline(from, line);)
            all.push_back(nlohmann::json::parse(line));
        return all;
    }

private:
    std::string path() const { return (folder_ / "audit.log").string(); }

    std::filesystem::path folder_;
};

}   // namespace rediserve::test
