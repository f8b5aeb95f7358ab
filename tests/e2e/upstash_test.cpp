#include "e2e/upstash_test.hpp"

#include <array>
#include <cctype>
#include <cstdint>

namespace rediserve::test {

namespace {

bool begins_with_code(std::string_view text)
{
    auto end = text.find(' ');
    if (end == 0 || end == std::string_view::npos)
        return false;
    for (char c : text.substr(0, end))
        if (!std::isupper(static_cast<unsigned char>(c)))
            return false;
    return true;
}

bool says_json(const http_response& response)
{
    return response.header("content-type").starts_with("application/json");
}

}   // namespace

std::unique_ptr<redis_server> upstash_test::redis_;
std::unique_ptr<gateway> upstash_test::gateway_;

header_list bearing(std::string_view token, const header_list& more)
{
    header_list all = {{"Authorization", "Bearer " + std::string(token)}};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

std::string why_not_refusal(const http_response& response, int status, std::string_view text)
{
    if (response.status != status)
        return "the status is another one";
    if (!says_json(response))
        return "the body does not say that it is JSON";
    auto document = json_of(response);
    if (!document.is_object() || !document.contains("error") || !document["error"].is_string())
        return "the body says no error";
    for (const auto& [name, value] : document.items())
        if (name != "error" && name != "code" && name != "executed")   // the last two where the gateway itself failed
            return "the body says more than an error";
    auto said = document["error"].get<std::string>();
    if (text.empty() && !begins_with_code(said))
        return "the error begins with no code";
    return text.empty() || said == text ? std::string() : "the text is another one";
}

std::string why_not_result(const http_response& response, std::string_view result)
{
    if (response.status != 200)
        return "the status is another one";
    if (!says_json(response))
        return "the body does not say that it is JSON";
    auto document = json_of(response);
    if (!document.is_object() || document.size() != 1 || !document.contains("result"))
        return "the body is no result";
    return document["result"] == nlohmann::json::parse(result) ? std::string() : "the result is another one";
}

std::vector<std::string> elements(const http_response& response)
{
    auto document = json_of(response);
    if (response.status != 200 || !document.is_array())
        return {"no array: " + std::to_string(response.status) + " " + response.body.substr(0, 200)};
    std::vector<std::string> texts;
    for (const auto& element : document)
        texts.push_back(element.dump());
    return texts;
}

std::string json_array(const std::string& element, int count)
{
    std::string all = "[";
    for (int number = 0; number < count; ++number)
        all.append(number == 0 ? "" : ",").append(element);
    return all + "]";
}

std::string base64(std::string_view bytes)
{
    static constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        auto group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= group.size() ? digits[bits >> (18U - 6U * i) & 63U] : '=';
    }
    return text;
}

std::string digest(const redis_server& by, const std::string& script)
{
    return by.cli({"eval", "return redis.sha1hex(ARGV[1])", "0", script});
}

std::string info(const redis_server& of, const std::string& section, const std::string& name)
{
    auto all = of.cli({"info", section});
    auto at = all.find(name + ":");
    if (at == std::string::npos)
        return {};
    at += name.size() + 1;
    return all.substr(at, all.find_first_of("\r\n", at) - at);
}

void upstash_test::SetUpTestSuite()
{
    redis_ = std::make_unique<redis_server>();
    gateway_ = std::make_unique<gateway>(std::vector<std::string>{
        "--redis", redis_->url(), "--token", std::string(rest_token)});
    ASSERT_TRUE(gateway_->await_ready());
}

void upstash_test::TearDownTestSuite()
{
    gateway_.reset();
    redis_.reset();
}

void upstash_test::SetUp()
{
    ASSERT_EQ(redis().cli({"flushall"}), "OK");
}

std::string upstash_test::stat(const std::string& section, const std::string& name)
{
    return info(redis(), section, name);
}

http_response upstash_test::ask(
    std::string_view method, std::string_view target, std::string_view body, const header_list& more
)
{
    return rest().request(method, target, body, bearing(rest_token, more));
}

}   // namespace rediserve::test
