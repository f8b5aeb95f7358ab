#include "app/healthcheck_command.hpp"

#include "rediserve/app/server.hpp"
#include "rediserve/http/local_request.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <string>

namespace rediserve::app {

namespace {

// One line, whatever it is made of.
int unhealthy(std::string why)
{
    while (why.ends_with('\n'))
        why.pop_back();
    std::ranges::replace(why, '\n', ' ');
    std::cerr << "rediserve: " << why << std::endl;
    return failed;
}

std::string nowhere_to_ask(const http::params& of)
{
    const http::endpoint& first = of.listen.front();
    return "no listener can be asked; " + http::local_name(first) + ": " + http::why_unaskable(first, of)
        + ". Add one for this machine: --listen unix:/run/rediserve/health.sock";
}

}   // namespace

int check_health(const config::healthcheck_command& what, const config::environment& from)
{
    const auto loaded = config::load(what.arguments, from);
    if (!loaded)
        return unhealthy(loaded.error().text);
    const http::params& of = loaded->values.http;
    const auto at =
        std::ranges::find_if(of.listen, [&](const auto& one) { return http::why_unaskable(one, of).empty(); });
    if (at == of.listen.end())
        return unhealthy(nowhere_to_ask(of));
    const std::string path = what.ready ? "/readyz" : "/livez";
    try {
        const http::local_answer answer = http::get_locally(*at, path, what.timeout);
        if (answer.status == 200)
            return ok;
        return unhealthy(
            http::local_name(*at) + path + " answers " + std::to_string(answer.status) + ": " + answer.body
        );
    } catch (const std::exception& why) {
        return unhealthy(http::local_name(*at) + path + ": " + why.what());
    }
}

}   // namespace rediserve::app
