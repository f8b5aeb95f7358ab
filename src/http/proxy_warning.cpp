#include "http/proxy_warning.hpp"

#include "rediserve/telemetry/log.hpp"

#include <string>

namespace rediserve::http {

void proxy_warning::give(const peer& of, std::string_view why, std::chrono::steady_clock::time_point now)
{
    constexpr std::chrono::seconds pause{10};
    if (now < next_)
        return;
    next_ = now + pause;
    const std::string from = text_of(of);
    telemetry::report(telemetry::level::warn, "http", "proxy_header_refused", {{"from", from}, {"why", why}});
}

}   // namespace rediserve::http
