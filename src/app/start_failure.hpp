// Why the daemon cannot start.
#pragma once

#include "rediserve/app/server.hpp"

#include <stdexcept>
#include <string>

namespace rediserve::app {

// Thrown while starting only. The text is for the person who typed the command.
class start_failure : public std::runtime_error
{
public:
    start_failure(exit_code code, const std::string& text) : std::runtime_error(text), code_(code) {}

    exit_code code() const noexcept { return code_; }

private:
    exit_code code_;
};

}   // namespace rediserve::app
