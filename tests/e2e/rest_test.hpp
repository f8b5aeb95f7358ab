// What the end-to-end tests share: a Redis, the real binary in front of it, and matchers for its answers.
#pragma once

#include "support/gateway.hpp"
#include "support/redis_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rediserve::test {

using header_list = std::vector<std::pair<std::string, std::string>>;

// For GoogleTest's messages.
void PrintTo(const http_response& response, std::ostream* to);

// The body without a final newline.
std::string text_of(const http_response& response);
// The body as JSON; a discarded value when it is none.
nlohmann::json json_of(const http_response& response);
// Why this is not an error answer with this status and code as the contract has them, or "" when it is.
std::string why_not_error(const http_response& response, int status, std::string_view code);

// `Text` is the body, exactly but for a final newline.
MATCHER_P2(Answers, status, text, "")
{
    return arg.status == status && text_of(arg) == text;
}

MATCHER_P2(AnswersJson, status, document, "")
{
    return arg.status == status && json_of(arg) == nlohmann::json::parse(document);
}

MATCHER_P(HasStatus, status, "")
{
    return arg.status == status;
}

MATCHER_P2(Fails, status, code, "")
{
    auto why = why_not_error(arg, status, code);
    *result_listener << why;
    return why.empty();
}

// Writes configuration documents into a folder that goes with it.
class configuration
{
public:
    explicit configuration(std::string_view document) { write(document); }
    void write(std::string_view document);
    std::string path() const { return (folder_.path() / "rediserve.json").string(); }

private:
    temporary_folder folder_;
};

// How a run of the binary that ends by itself went.
struct outcome
{
    int code = -1;   // -1: it did not end in time
    std::string output;
};
outcome run(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment = {});
void PrintTo(const outcome& of, std::ostream* to);

// The value of `name` in an exposition of Prometheus, summed over all series whose labels hold `labels`.
double metric(const std::string& exposition, std::string_view name, std::string_view labels = {});

// One Redis and one gateway for all tests of a suite; every test finds the database empty.
class rest_test : public ::testing::Test
{
protected:
    static void SetUpTestSuite();
    static void TearDownTestSuite();
    void SetUp() override;

    static redis_server& redis() { return *redis_; }
    static gateway& rest() { return *gateway_; }

    static http_response get(std::string_view target, const header_list& headers = {});
    static http_response head(std::string_view target, const header_list& headers = {});
    static http_response put(std::string_view target, std::string_view body, const header_list& headers = {});
    static http_response post(std::string_view target, std::string_view body = {}, const header_list& headers = {});
    static http_response patch(std::string_view target, std::string_view body, const header_list& headers = {});
    static http_response del(std::string_view target, const header_list& headers = {});

private:
    static std::unique_ptr<redis_server> redis_;
    static std::unique_ptr<gateway> gateway_;
};

}   // namespace rediserve::test
