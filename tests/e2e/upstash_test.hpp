// What the tests of the command API share: a gateway with a token, and matchers for answers in this dialect.
#pragma once

#include "e2e/rest_test.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::test {

// The token of the gateway of upstash_test.
inline constexpr std::string_view rest_token = "T";

// The headers that bear this token, and `more`.
header_list bearing(std::string_view token, const header_list& more = {});

// Why this is not `{"error":"…"}` with this status, or "" when it is. Without a text, any that begins with a code of
// Redis or "ERR " will do: the contract leaves it to the gateway.
std::string why_not_refusal(const http_response& response, int status, std::string_view text = {});
// Why this is not `{"result":…}`, with status 200 and this result as JSON, or "" when it is.
std::string why_not_result(const http_response& response, std::string_view result);

MATCHER_P(Results, result, "")
{
    auto why = why_not_result(arg, result);
    *result_listener << why;
    return why.empty();
}

MATCHER_P2(Refuses, status, text, "")
{
    auto why = why_not_refusal(arg, status, text);
    *result_listener << why;
    return why.empty();
}

MATCHER_P(Refuses, status, "")
{
    auto why = why_not_refusal(arg, status);
    *result_listener << why;
    return why.empty();
}

// The elements of the answer to a pipeline or transaction, as text each; one that says why when it is none.
std::vector<std::string> elements(const http_response& response);

// `count` copies of `element`, as a JSON array.
std::string json_array(const std::string& element, int count);
std::string base64(std::string_view bytes);
// The SHA-1 of a script, as a client computes it.
std::string digest(const redis_server& by, const std::string& script);

inline const header_list as_base64 = {{"Upstash-Encoding", "base64"}};
inline const header_list as_resp2 = {{"Upstash-Response-Format", "resp2"}};

// One Redis and one gateway with a token for all tests of a suite; every test finds the database empty.
class upstash_test : public ::testing::Test
{
protected:
    static void SetUpTestSuite();
    static void TearDownTestSuite();
    void SetUp() override;

    static redis_server& redis() { return *redis_; }
    static gateway& rest() { return *gateway_; }
    // The element of Redis' own exposition of itself: `stat("clients", "blocked_clients")`.
    static std::string stat(const std::string& section, const std::string& name);

    // A request that bears the token.
    static http_response ask(
        std::string_view method, std::string_view target, std::string_view body = {}, const header_list& more = {}
    );
    static http_response get(std::string_view target, const header_list& more = {})
    {
        return ask("GET", target, {}, more);
    }
    static http_response command(std::string_view body, const header_list& more = {})
    {
        return ask("POST", "/", body, more);
    }
    static http_response pipeline(std::string_view body, const header_list& more = {})
    {
        return ask("POST", "/pipeline", body, more);
    }
    static http_response multi_exec(std::string_view body, const header_list& more = {})
    {
        return ask("POST", "/multi-exec", body, more);
    }

private:
    static std::unique_ptr<redis_server> redis_;
    static std::unique_ptr<gateway> gateway_;
};

// The value of `name` in one section of INFO.
std::string info(const redis_server& of, const std::string& section, const std::string& name);

}   // namespace rediserve::test
