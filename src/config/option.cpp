#include "config/option.hpp"

#include <algorithm>

namespace rediserve::config {

namespace {

// "http.limits.body" and "--insecure-no-auth" as the rest of an environment name.
std::string variable_name(std::string_view from)
{
    std::string made = "REDISERVE_";
    for (const char c : from.substr(from.find_first_not_of('-')))
        made.push_back(c == '.' || c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    return made;
}

constexpr meta_flag flags_without_option[] = {
    {"--config", "FILE", "read this configuration file; also REDISERVE_CONFIG"},
    {"--check-config", "", "read the whole configuration, say whether it is fine, and end"},
    {"--print-config", "", "print every option with its value and where it comes from, secrets masked, and end"},
    {"--version", "", "print the version and end"},
    {"--help", "", "print this and end"},
};

}   // namespace

const option* find_option(std::string_view path) noexcept
{
    const auto all = options();
    const auto found = std::find_if(all.begin(), all.end(), [&](const option& one) { return one.path == path; });
    return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> environment_names(const option& of)
{
    std::vector<std::string> names;
    if (!of.flag.empty())
        names.push_back(variable_name(of.flag));
    if (auto by_path = variable_name(of.path); names.empty() || names.front() != by_path)
        names.push_back(std::move(by_path));
    return names;
}

std::vector<std::string> relative_names(const option& of)
{
    std::vector<std::string> names;
    for (const auto name : of.relatives)
        if (!name.empty())
            names.emplace_back(name);
    return names;
}

std::span<const meta_flag> meta_flags() noexcept
{
    return flags_without_option;
}

std::string_view title(section of) noexcept
{
    switch (of) {
    case section::listening: return "Listening";
    case section::access: return "Access";
    case section::redis: return "Redis";
    case section::embedded: return "Embedded Redis";
    case section::http: return "HTTP limits";
    case section::keys: return "Keys API";
    case section::idempotency: return "Safe retries";
    case section::upstash: return "Command API (Upstash)";
    case section::log: return "Log";
    case section::audit: return "Audit log";
    case section::process: break;
    }
    return "Process";
}

}   // namespace rediserve::config
