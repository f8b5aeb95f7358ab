// A connection to Redis for who acts on it behind the gateway's back: one command, one short reply.
#pragma once

#include "support/http_client.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::test {

class redis_wire
{
public:
    // To a unix socket. Logs in when there is a password.
    explicit redis_wire(const std::string& socket, const std::string& password = {});

    // The reply of a command that answers with a text, a number or nothing: what it says, nullopt for nothing. Arrays come
    // as the number of their elements and are of no further use. Throws std::runtime_error with the text of an error.
    std::optional<std::string> ask(const std::vector<std::string>& command);

private:
    std::string line();
    std::string take(std::size_t bytes);
    void skip(std::size_t replies);
    std::optional<std::string> reply();
    void fill();

    http_connection connection_;   // its sending serves RESP as well
    std::string input_;
};

}   // namespace rediserve::test
