#include "app/token_command.hpp"

#include "rediserve/access/secret.hpp"
#include "rediserve/app/server.hpp"

#include <iostream>

namespace rediserve::app {

namespace {

constexpr std::size_t token_bytes = 32;

}   // namespace

int make_token(const config::token_command& of)
{
    const std::string token = "rds_" + access::random_text(token_bytes);
    std::cerr
        << "first line: the token, which is shown this once; second line: its entry for \"tokens\" in the access file"
        << std::endl;
    std::cout << token << '\n' << config::token_entry(of, token) << std::endl;
    return std::cout ? ok : failed;
}

}   // namespace rediserve::app
