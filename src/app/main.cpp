#include "app/check_command.hpp"
#include "app/healthcheck_command.hpp"
#include "app/token_command.hpp"
#include "rediserve/app/server.hpp"

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <variant>

namespace {

using namespace rediserve;

std::optional<std::string> variable(std::string_view name)
{
    const char* const value = std::getenv(std::string(name).c_str());
    if (!value)
        return std::nullopt;
    return value;
}

struct carry_out
{
    int operator()(const config::token_command& what) const { return app::make_token(what); }
    int operator()(const config::check_command& what) const { return app::explain(what, variable); }
    int operator()(const config::healthcheck_command& what) const { return app::check_health(what, variable); }
    int operator()(const config::help_command& what) const
    {
        std::cout << what.text;
        return app::ok;
    }
};

int start(const std::vector<std::string>& arguments)
{
    if (const auto command = config::read_command(arguments)) {
        if (*command)
            return std::visit(carry_out(), **command);
        std::cerr << "rediserve: " << command->error().text << '\n';
        return command->error().exit_code;
    }
    const auto loaded = config::load(arguments, variable);
    if (!loaded) {
        std::cerr << "rediserve: " << loaded.error().text << '\n';
        return loaded.error().exit_code;
    }
    switch (loaded->todo) {
    case config::action::version: std::cout << "rediserve " REDISERVE_VERSION "\n"; break;
    case config::action::check: std::cout << "the configuration is valid\n"; break;
    case config::action::print:
    case config::action::help: std::cout << loaded->print; break;
    case config::action::run: return app::run(*loaded, arguments, variable);
    }
    return app::ok;
}

}   // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);   // a client or a log reader that has gone is an error of that write, not of ours
    try {
        return start(std::vector<std::string>(argv + (argc > 0), argv + argc));
    } catch (const std::exception& why) {
        std::cerr << "rediserve: " << why.what() << '\n';
        return app::failed;
    }
}
