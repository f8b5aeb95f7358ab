// The command line.
#pragma once

#include "config/assignments.hpp"
#include "rediserve/config/load.hpp"

#include <string>
#include <vector>

namespace rediserve::config {

struct flags
{
    action todo = action::run;
    std::string file;   // of --config; empty: none
    assignments given;
};

// `arguments` without the program's name.
flags read_flags(const std::vector<std::string>& arguments, problems& found);

}   // namespace rediserve::config
