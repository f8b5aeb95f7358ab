#include "app/banner.hpp"

#include "rediserve/telemetry/log.hpp"

#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace rediserve::app {

namespace {

std::string joined(const std::vector<std::string>& urls)
{
    std::string all;
    for (const std::string& url : urls)
        all += (all.empty() ? "" : " ") + url;
    return all;
}

// Where somebody on this machine reaches a listener that is bound to every address.
std::string reachable(std::string url)
{
    for (const std::string_view any : {"//0.0.0.0:", "//[::]:"})
        if (const auto at = url.find(any); at != std::string::npos)
            url.replace(at, any.size(), "//127.0.0.1:");
    return url;
}

// The listener to try first: no certificate bears the name of an address.
const std::string& easiest(const std::vector<std::string>& urls)
{
    const auto plain = std::ranges::find_if_not(urls, [](const auto& one) { return one.starts_with("https:"); });
    return plain == urls.end() ? urls.front() : *plain;
}

// curl with what is needed to reach `url`, up to the path.
std::string curl(const std::string& options, const std::string& url)
{
    if (url.starts_with("unix:"))
        return "curl " + options + "--unix-socket " + url.substr(5) + " http://localhost";
    return "curl " + options + (url.starts_with("https:") ? "-k " : "") + reachable(url);
}

}   // namespace

std::string banner_text(const start_facts& of)
{
    const std::string listen = joined(of.urls);
    const std::string token = of.guarded ? R"(-H "Authorization: Bearer $TOKEN" )" : "";
    std::string text = "RediServe " REDISERVE_VERSION "\n";
    text += "  listen=" + (of.urls.size() == 1 ? listen : '"' + listen + '"') + "\n";
    text += "  redis=" + of.redis + (of.embedded ? " (embedded)\n" : "\n");
    text += "  threads=" + std::to_string(of.threads) + "\n";
    if (of.urls.empty())
        return text;
    text += "Try it:\n";
    const std::string& url = easiest(of.urls);
    text += "  " + curl(token + "-X PUT -d hello ", url) + "/keys/greeting\n";
    text += "  " + curl(token, url) + "/keys/greeting\n";
    return text;
}

void announce(const start_facts& of, telemetry::log_format format)
{
    if (telemetry::format_in_use(format) == telemetry::log_format::text) {
        const std::string text = banner_text(of);
        // One write, so that no line of the log lands in the middle.
        [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        return;
    }
    const std::string listen = joined(of.urls);
    telemetry::report(
        telemetry::level::info, "server", "started",
        {{"version", REDISERVE_VERSION},
         {"listen", listen},
         {"redis", of.redis},
         {"embedded", of.embedded},
         {"threads", std::int64_t{of.threads}}}
    );
}

}   // namespace rediserve::app
