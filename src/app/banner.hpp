// What is said when everything stands.
#pragma once

#include "rediserve/telemetry/params.hpp"

#include <string>
#include <vector>

namespace rediserve::app {

struct start_facts
{
    std::vector<std::string> urls;   // of the listeners
    std::string redis;               // its URL, password masked
    bool embedded = false;
    unsigned threads = 1;
    bool guarded = false;   // whether a token is wanted
};

// The text for people.
std::string banner_text(const start_facts& of);

// Prints the banner, or reports the same facts as a line of the log when that is JSON. Either way there is one line with
// `listen` and all URLs, joined by spaces.
void announce(const start_facts& of, telemetry::log_format format);

}   // namespace rediserve::app
