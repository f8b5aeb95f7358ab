// A file that lines are appended to, and whose place another one can take meanwhile.
#pragma once

#include "rediserve/base/error.hpp"
#include "telemetry/writer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rediserve::telemetry {

class audit_file
{
public:
    // errc::bad_configuration.
    static result<std::unique_ptr<audit_file>> open(const std::string& path, std::size_t queue);

    // Writes what waits.
    ~audit_file();
    audit_file(const audit_file&) = delete;
    audit_file& operator=(const audit_file&) = delete;

    // What is at `path` now gets the lines from now on, those that wait included, none of them in part.
    // errc::bad_configuration, and nothing has changed. One thread at a time, others may be writing.
    result<void> reopen(const std::string& path);

    void write(std::string_view line) noexcept { writer_->write(line); }
    std::uint64_t dropped() const noexcept { return writer_->dropped(); }

private:
    audit_file(int descriptor, std::size_t queue);

    int descriptor_;   // keeps its number for life
    std::unique_ptr<writer> writer_;
};

}   // namespace rediserve::telemetry
