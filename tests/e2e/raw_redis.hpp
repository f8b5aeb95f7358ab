// A connection to Redis without anything in between: what the gateway's answers are measured by.
#pragma once

#include "e2e/rest_test.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace rediserve::test {

class raw_redis
{
public:
    explicit raw_redis(const redis_server& to) : connection_("unix:" + to.socket()) {}

    // The reply of one command, byte for byte as Redis sends it (RESP2).
    std::string ask(const std::vector<std::string>& command);
    // The replies of several, sent in one write.
    std::vector<std::string> ask_all(const std::vector<std::vector<std::string>>& commands);

private:
    std::string read_reply();
    std::size_t end_of_reply(std::size_t at);
    std::size_t end_of_line(std::size_t at);
    void fill();

    http_connection connection_;   // its sending and its deadlines serve RESP as well
    std::string input_;
};

// A reply as the contract shows it in JSON (section 4.1); bytes that are no UTF-8 stay as they are.
nlohmann::json shown(std::string_view reply);

}   // namespace rediserve::test
