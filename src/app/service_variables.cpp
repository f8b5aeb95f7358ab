#include "app/service_variables.hpp"

#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

namespace rediserve::app {

namespace {

constexpr int first_descriptor = 3;   // SD_LISTEN_FDS_START
constexpr std::int64_t most_sockets = 256;
constexpr std::int64_t longest_watchdog = 86'400'000'000;   // a day: a sign more often than that is none too many

constexpr std::array all_variables = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
                                      "LISTEN_FDS",    "LISTEN_PID",    "LISTEN_FDNAMES"};

error refusal(const char* variable, const std::string& value, const std::string& must)
{
    return {errc::internal, std::string("environment ") + variable + ": must be " + must + ", not \"" + value + "\""};
}

std::optional<std::string> non_empty(const config::environment& from, const char* variable)
{
    auto value = from(variable);
    return value && !value->empty() ? value : std::nullopt;
}

// nullopt: it is not set.
result<std::optional<std::int64_t>> number(
    const config::environment& from, const char* variable, std::int64_t least, std::int64_t most
)
{
    const auto text = non_empty(from, variable);
    if (!text)
        return std::optional<std::int64_t>();
    std::int64_t value = 0;
    const auto* const end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, value);
    if (read.ec != std::errc() || read.ptr != end || value < least || value > most)
        return refusal(variable, *text, "a number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::optional(value);
}

// Whether what `variable` restricts to one process is for `self`.
result<bool> is_ours(const config::environment& from, const char* variable, pid_t self, bool unless_said)
{
    const auto meant = number(from, variable, 1, 1 << 30);
    if (!meant)
        return meant.error();
    return *meant ? **meant == self : unless_said;
}

result<std::string> read_notify_socket(const config::environment& from)
{
    auto at = non_empty(from, "NOTIFY_SOCKET");
    if (!at)
        return std::string();
    const bool known = at->front() == '/' || at->front() == '@';
    if (!known || at->size() < 2 || at->size() >= sizeof sockaddr_un::sun_path)
        return refusal("NOTIFY_SOCKET", *at, "the path of a unix socket, or @ and a name");
    return *std::move(at);
}

result<std::chrono::microseconds> read_watchdog(const config::environment& from, pid_t self)
{
    const auto ours = is_ours(from, "WATCHDOG_PID", self, true);
    if (!ours)
        return ours.error();
    if (!*ours)
        return std::chrono::microseconds(0);
    const auto within = number(from, "WATCHDOG_USEC", 1, INT64_MAX);
    if (!within)
        return within.error();
    return std::chrono::microseconds(std::min(within->value_or(0), longest_watchdog));
}

std::vector<std::string> split_names(std::string_view text)
{
    std::vector<std::string> all;
    for (;;) {
        const auto colon = text.find(':');
        all.emplace_back(text.substr(0, colon));
        if (colon == std::string_view::npos)
            return all;
        text.remove_prefix(colon + 1);
    }
}

result<std::vector<inherited_socket>> read_sockets(const config::environment& from, pid_t self)
{
    const auto ours = is_ours(from, "LISTEN_PID", self, false);
    if (!ours)
        return ours.error();
    if (!*ours)
        return std::vector<inherited_socket>();
    const auto count = number(from, "LISTEN_FDS", 0, most_sockets);
    if (!count)
        return count.error();
    if (count->value_or(0) == 0)
        return std::vector<inherited_socket>();
    auto names = std::vector<std::string>(static_cast<std::size_t>(**count));
    if (const auto text = non_empty(from, "LISTEN_FDNAMES")) {
        names = split_names(*text);
        if (std::cmp_not_equal(names.size(), **count))
            return refusal("LISTEN_FDNAMES", *text, std::to_string(**count) + " names with colons between them");
    }
    std::vector<inherited_socket> all;
    for (std::string& name : names)
        all.push_back({first_descriptor + static_cast<int>(all.size()), std::move(name)});
    return all;
}

}   // namespace

result<service_variables> read_service_variables(const config::environment& from, pid_t self)
{
    auto notify = read_notify_socket(from);
    if (!notify)
        return notify.error();
    const auto watchdog = read_watchdog(from, self);
    if (!watchdog)
        return watchdog.error();
    auto sockets = read_sockets(from, self);
    if (!sockets)
        return sockets.error();
    return service_variables{*std::move(notify), *watchdog, *std::move(sockets)};
}

void forget_service_variables() noexcept
{
    for (const char* const each : all_variables)
        ::unsetenv(each);
}

}   // namespace rediserve::app
