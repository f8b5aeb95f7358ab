#include "support/gateway.hpp"

#include "support/sanitizer.hpp"

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace rediserve::test {

namespace {

constexpr auto start_within = std::chrono::seconds(under_sanitizer ? 60 : 20);

process::options started_with(
    const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment,
    const std::vector<std::string>& entrance, const std::vector<int>& descriptors
)
{
    process::options how;
    how.command = entrance;
    how.command.insert(how.command.end(), {binary(), "--listen", "127.0.0.1:0"});
    how.command.insert(how.command.end(), arguments.begin(), arguments.end());
    how.environment = environment;
    how.descriptors = descriptors;
    how.clear_environment = true;   // a REDIS_URL or PORT of the machine is none of the test's business
    return how;
}

// The text between `mark` and `end` in a complete line of the log, or nothing.
std::string announced(const std::string& log, std::string_view mark, char end)
{
    auto at = log.find(mark);
    if (at == std::string::npos || log.find('\n', at) == std::string::npos)
        return {};
    at += mark.size();
    return log.substr(at, log.find_first_of(std::string{end} + "\n", at) - at);
}

// The URLs of the line that says that the server has started, in its JSON or its text form.
std::vector<std::string> announced_urls(const std::string& log)
{
    auto joined = announced(log, R"("listen":")", '"');
    if (joined.empty())
        joined = announced(log, "listen=\"", '"');
    if (joined.empty())
        joined = announced(log, "listen=", ' ');
    std::istringstream words(joined);
    std::vector<std::string> urls;
    for (std::string word; words >> word;)
        urls.push_back(word);
    return urls;
}

}   // namespace

std::string binary()
{
    const char* other = std::getenv("REDISERVE_TEST_BINARY");
    return other != nullptr ? other : REDISERVE_BINARY;
}

gateway::gateway(
    const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment,
    const std::vector<std::string>& entrance, const std::vector<int>& descriptors
)
    : process_(started_with(arguments, environment, entrance, descriptors))
{
    await(
        [this] {
            urls_ = announced_urls(process_.output());
            return !urls_.empty() || !process_.running();
        },
        start_within
    );
    if (urls_.empty() || !urls_.front().starts_with("http://"))
        throw std::runtime_error("rediserve does not say where it listens:\n" + process_.output());
}

http_response gateway::request(
    std::string_view method, std::string_view target, std::string_view body,
    const std::vector<std::pair<std::string, std::string>>& headers
) const
{
    return connect().request(method, target, body, headers);
}

bool gateway::await_ready(bool ready, std::chrono::milliseconds within) const
{
    auto wanted = ready ? 200 : 503;
    return await([&] { return request("GET", "/readyz").status == wanted; }, within);
}

}   // namespace rediserve::test
