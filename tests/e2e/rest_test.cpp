#include "e2e/rest_test.hpp"

#include <fstream>
#include <sstream>

namespace rediserve::test {

std::unique_ptr<redis_server> rest_test::redis_;
std::unique_ptr<gateway> rest_test::gateway_;

void PrintTo(const http_response& response, std::ostream* to)
{
    *to << response.status;
    for (const auto& [name, value] : response.headers)
        *to << "\n    " << name << ": " << value;
    *to << "\n    " << response.body.substr(0, 500);
}

std::string text_of(const http_response& response)
{
    auto text = response.body;
    if (text.ends_with('\n'))
        text.pop_back();
    return text;
}

nlohmann::json json_of(const http_response& response)
{
    return nlohmann::json::parse(response.body, nullptr, false);
}

std::string why_not_error(const http_response& response, int status, std::string_view code)
{
    if (response.status != status)
        return "the status is another one";
    if (!response.header("content-type").starts_with("application/json"))
        return "the body does not say that it is JSON";
    if (response.header("x-request-id").empty())
        return "there is no X-Request-Id";
    auto document = json_of(response);
    if (!document.is_object() || !document.contains("error") || document["error"].get<std::string>().empty())
        return "the body says no error";
    if (document.value("code", "") != code)
        return "the code is another one";
    return {};
}

void configuration::write(std::string_view document)
{
    std::ofstream(path(), std::ios::trunc) << document;
}

outcome run(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment)
{
    process::options how;
    how.command = {binary()};
    how.command.insert(how.command.end(), arguments.begin(), arguments.end());
    how.environment = environment;
    how.clear_environment = true;
    process running(how);
    outcome result;
    result.code = running.wait().value_or(-1);
    result.output = running.output();
    return result;
}

void PrintTo(const outcome& of, std::ostream* to)
{
    *to << "exit code " << of.code << "\n" << of.output;
}

double metric(const std::string& exposition, std::string_view name, std::string_view labels)
{
    double sum = 0;
    std::istringstream lines(exposition);
    for (std::string line; std::getline(lines, line);) {
        auto name_end = line.find_first_of("{ ");
        if (line.substr(0, name_end) == name && line.find(labels) != std::string::npos)
            sum += std::stod(line.substr(line.rfind(' ') + 1));
    }
    return sum;
}

void rest_test::SetUpTestSuite()
{
    redis_ = std::make_unique<redis_server>();
    gateway_ = std::make_unique<gateway>(std::vector<std::string>{"--redis", redis_->url()});
    ASSERT_TRUE(gateway_->await_ready());
}

void rest_test::TearDownTestSuite()
{
    gateway_.reset();
    redis_.reset();
}

void rest_test::SetUp()
{
    ASSERT_EQ(redis().cli({"flushall"}), "OK");
}

http_response rest_test::get(std::string_view target, const header_list& headers)
{
    return rest().request("GET", target, {}, headers);
}

http_response rest_test::head(std::string_view target, const header_list& headers)
{
    return rest().request("HEAD", target, {}, headers);
}

http_response rest_test::put(std::string_view target, std::string_view body, const header_list& headers)
{
    return rest().request("PUT", target, body, headers);
}

http_response rest_test::post(std::string_view target, std::string_view body, const header_list& headers)
{
    return rest().request("POST", target, body, headers);
}

http_response rest_test::patch(std::string_view target, std::string_view body, const header_list& headers)
{
    return rest().request("PATCH", target, body, headers);
}

http_response rest_test::del(std::string_view target, const header_list& headers)
{
    return rest().request("DELETE", target, {}, headers);
}

}   // namespace rediserve::test
