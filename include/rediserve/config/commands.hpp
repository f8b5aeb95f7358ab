// What `rediserve` does other than serve: `rediserve token new …`, `rediserve check …` and `rediserve healthcheck`.
#pragma once

#include "rediserve/config/load.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rediserve::config {

// `token new`: an entry for the access file.
struct token_command
{
    std::string principal;   // empty: to be filled in
    std::string name;        // empty: none
    std::string expires;     // a valid time as in the file; empty: never
};

// `check`: whether somebody may run a command, and why.
struct check_command
{
    std::string token;   // one of these two; a JWT is a token
    std::string principal;
    std::vector<std::string> words;       // of the command
    std::vector<std::string> arguments;   // the flags that say where the configuration is
};

// `healthcheck`: how the daemon is that runs with the same configuration.
struct healthcheck_command
{
    bool ready = false;   // whether Redis can be used is asked, too
    std::chrono::milliseconds timeout{2'000};
    std::vector<std::string> arguments;   // the daemon's
};

struct help_command
{
    std::string text;
};

using any_command = std::variant<token_command, check_command, healthcheck_command, help_command>;

// The command that `arguments` begin with; nullopt: none, they are flags of the server.
std::optional<boost::system::result<any_command, refusal>> read_command(const std::vector<std::string>& arguments);

// What goes into the list "tokens" of the access file.
std::string token_entry(const token_command& of, const std::string& token);

}   // namespace rediserve::config
