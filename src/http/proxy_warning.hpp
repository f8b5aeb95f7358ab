// The line of the log about PROXY protocol headers that are refused.
#pragma once

#include "http/session.hpp"

#include <chrono>
#include <string_view>

namespace rediserve::http {

// For many connections that make the same mistake: says so, and then nothing for a while.
class proxy_warning
{
public:
    void give(const peer& of, std::string_view why, std::chrono::steady_clock::time_point now);

private:
    std::chrono::steady_clock::time_point next_;
};

}   // namespace rediserve::http
