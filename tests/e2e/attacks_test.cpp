// Ways around what a principal may do that have no better place: each must lead nowhere. Others of their kind stand with
// what they attack: access_rules_test.cpp, http_malformed_test.cpp, tls_listener_test.cpp, and jwt_attack_test.cpp.
#include "e2e/upstash_test.hpp"
#include "support/access_file.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace rediserve::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// Tokens are their principals' names.
std::string principals()
{
    std::string tokens;
    for (const std::string name : {"user42", "nothing", "everything"})
        tokens += (tokens.empty() ? "" : ",") + token_entry(name, name);
    return R"({"principals":{"user42":{"rules":"+@read +@write -@dangerous ~user:42:*"},"nothing":{},)"
           R"("everything":{"rules":"+@all ~* &*"}},"tokens":[)"
        + tokens + "]}";
}

class Attacks : public testing::Test
{
protected:
    Attacks()
    {
        rest_.emplace(
            std::vector<std::string>{"--redis", redis_.url(), "--access", access_.path()},
            std::map<std::string, std::string>{
                {"REDISERVE_AUDIT_FILE", audit_file()},
                {"REDISERVE_AUDIT_CLEAR_KEYS", "true"},
                {"REDISERVE_LOG_REQUESTS", "true"},
                {"REDISERVE_LOG_FORMAT", "json"}}
        );
        EXPECT_TRUE(rest_->await_ready());
        redis_.cli({"set", "secret", "SECRET"});
    }

    http_response ask(
        std::string_view who, std::string_view method, std::string_view target, std::string_view body = {},
        const header_list& more = {}
    ) const
    {
        return rest_->request(method, target, body, bearing(who, more));
    }
    http_response command(std::string_view who, std::string_view body) const { return ask(who, "POST", "/", body); }

    std::string audit_file() const { return (folder_.path() / "audit.log").string(); }

    // Every whole line of `text` as JSON; a line that is none is a failure.
    static std::vector<nlohmann::json> lines_of(const std::string& text)
    {
        std::vector<nlohmann::json> all;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line) && !lines.eof();) {
            all.push_back(nlohmann::json::parse(line, nullptr, false));
            EXPECT_TRUE(all.back().is_object()) << line;
        }
        return all;
    }

    // The audit log when it has so many lines.
    std::vector<nlohmann::json> audited(std::size_t count) const
    {
        const auto text = [this] {
            std::ifstream from(audit_file());
            return std::string(std::istreambuf_iterator<char>(from), std::istreambuf_iterator<char>());
        };
        EXPECT_TRUE(await([&] {
            const std::string now = text();
            return static_cast<std::size_t>(std::ranges::count(now, '\n')) >= count;
        }));
        return lines_of(text());
    }

    redis_server redis_;
    configuration access_{principals()};
    temporary_folder folder_;
    std::optional<gateway> rest_;
};

// Whatever a route does, it does by commands that are granted; with none granted, no route does anything.
TEST_F(Attacks, ByAnyRoute)
{
    struct route
    {
        const char* method;
        const char* target;
        const char* body = "";
    };
    constexpr route routes[] = {
        {"GET", "/keys/secret"},
        {"GET", "/keys/secret?raw"},
        {"HEAD", "/keys/secret"},
        {"PUT", "/keys/secret", "v"},
        {"PUT", "/keys/new", R"({"type":"list","value":["a"]})"},
        {"PATCH", "/keys/secret", R"({"ttl":1})"},
        {"PATCH", "/keys/secret", R"({"rename":"new"})"},
        {"DELETE", "/keys/secret"},
        {"POST", "/keys/secret/incr"},
        {"POST", "/keys/secret/append", "v"},
        {"GET", "/keys"},
        {"GET", "/keys?match=*"},
        {"GET", "/keys?key=secret"},
        {"PUT", "/keys", R"({"new":"v"})"},
        {"DELETE", "/keys?key=secret"},
        {"GET", "/metrics"},
        {"GET", "/get/secret"},
        {"GET", "/"},
        {"POST", "/", R"(["GET","secret"])"},
        {"POST", "/set/secret", "v"},
        {"POST", "/multi-exec", R"([["SET","new","v"]])"},
        {"GET", "/subscribe/c"},
        {"GET", "/psubscribe/*"},
        {"GET", "/ssubscribe/c"},
        {"GET", "/monitor"},
    };
    for (const route& one : routes) {
        const auto answer = ask("nothing", one.method, one.target, one.body, {{"Accept", "*/*"}});
        EXPECT_THAT(answer.status, testing::AnyOf(400, 403, 404, 405)) << one.method << ' ' << one.target;
        EXPECT_THAT(answer.body, Not(HasSubstr("SECRET")));
    }
    for (const std::string& one : elements(ask("nothing", "POST", "/pipeline", R"([["GET","secret"],["PING"]])")))
        EXPECT_THAT(one, HasSubstr("NOPERM"));
    EXPECT_EQ(redis_.cli({"dbsize"}), "1");
    EXPECT_EQ(redis_.cli({"get", "secret"}), "SECRET");
}

TEST_F(Attacks, ByArraysInArrays)
{
    for (const auto* body :
         {R"([["GET","secret"]])", R"([[["GET","secret"]]])", R"(["GET",["secret"]])",
          R"(["GET",["user:42:a","secret"]])", R"([["GET"],"secret"])", R"([["GET",["secret"]]])",
          R"(["GET",{"key":"secret"}])", R"({"0":"GET","1":"secret"})", R"(["GET","user:42:a"],["GET","secret"])",
          R"(["GET","user:42:a"]["GET","secret"])"})
        for (const auto* target : {"/", "/pipeline", "/multi-exec", "/get", "/get/user:42:a"}) {
            const auto answer = ask("user42", "POST", target, body);
            EXPECT_THAT(answer.body, Not(HasSubstr("SECRET"))) << target << ' ' << body;
        }
}

TEST_F(Attacks, ByEndingACommandWithinAnArgument)
{
    const std::string inner = R"(\r\n*2\r\n$3\r\nGET\r\n$6\r\nsecret\r\n)";
    EXPECT_THAT(command("user42", R"(["SET","user:42:)" + inner + R"(","v)" + inner + R"("])"), Results(R"("OK")"));
    EXPECT_THAT(command("user42", R"(["GET","user:42:)" + inner + R"("])"), Results(R"("v)" + inner + R"(")"));
    EXPECT_THAT(ask("user42", "GET", "/get/user:42:x%0d%0aGET%20secret%0d%0a"), Results("null")) << "one key";
    EXPECT_EQ(redis_.cli({"dbsize"}), "2");
}

TEST_F(Attacks, ByLinesInKeysAndValues)
{
    const std::string lines = "%0d%0aX-Evil:%20yes%0d%0a%0d%0aevil";
    const std::string text = "v\r\nX-Evil: yes\r\n\r\nevil";
    const std::string key = "/keys/user:42:" + lines;
    const std::vector<http_response> answers = {
        ask("user42", "PUT", key, text),
        ask("user42", "GET", key),
        ask("user42", "GET", key + "?raw"),
        ask("user42", "GET", key + "?raw&type=a/b" + lines),
        ask("user42", "PATCH", key, R"({"rename":"user:42:\r\nX-Evil: yes"})"),
        ask("user42", "GET", "/keys?match=*" + lines),
        ask("user42", "GET", "/get/user:42:" + lines),
        ask("user42", "GET", "/keys/secret" + lines),
        ask("user42", "GET", "/" + lines + "/k"),
        ask("user42", "GET", "/keys/k?" + lines + "=1"),
        ask("user42", "GET", "/keys/user:42:k", {}, {{"Origin", "https://a.example%0d%0aX-Evil: yes"}}),
        ask("user42", "GET", "/keys/user:42:k", {}, {{"X-Request-Id", "a%0d%0aX-Evil: yes"}}),
        ask(lines, "GET", "/keys/k"),
    };
    for (const auto& answer : answers) {
        EXPECT_EQ(answer.headers.count("x-evil"), 0U) << answer.status;
        EXPECT_EQ(answer.headers.count("content-length"), answer.status == 204 ? 0U : 1U) << answer.status;
    }
    EXPECT_THAT(answers.front(), HasStatus(201));
}

TEST_F(Attacks, OnTheLogs)
{
    const std::string line = R"({"event":"audit","principal":"forged"})";
    const std::string in_url = "%0d%0a%7b%22event%22:%22audit%22,%22principal%22:%22forged%22%7d%0d%0a";
    ask("user42", "GET", "/keys/" + in_url);
    ask("user42", "GET", "/" + in_url + "/" + in_url);
    command("user42", R"(["GET","\r\n{\"event\":\"audit\",\"principal\":\"forged\"}\r\n"])");
    command("user42", R"(["\r\n{\"event\":\"audit\"}","k"])");
    ask("user42", "GET", "/keys/k", {}, {{"X-Request-Id", line}});
    ask(in_url, "GET", "/keys/" + in_url + "?_token=word-of-somebody");
    rest_->request("GET", "/get/k?_token=" + in_url);
    ask(line, "GET", "/keys/k");
    const auto told = audited(8);
    EXPECT_EQ(told.size(), 8U);
    for (const auto& one : told) {
        EXPECT_THAT(one["principal"], testing::AnyOf("user42", "-"));
        EXPECT_EQ(one["verdict"], "refused");
        EXPECT_THAT(one.dump(), Not(HasSubstr("word-of-somebody")));
        if (one["principal"] == "-") {
            EXPECT_EQ(one["code"], "unauthorized");
            EXPECT_THAT(one.dump(), Not(HasSubstr("forged"))) << "nothing of what was sent";
        }
    }
    ask("user42", "GET", "/keys/user:42:k", {}, {{"X-Request-Id", "the-last-one"}});
    EXPECT_TRUE(await([&] { return rest_->process().output().find("the-last-one") != std::string::npos; }));
    const std::string log = rest_->process().output();
    for (const auto& one : lines_of(log.substr(log.find("{\"ts\""))))
        EXPECT_TRUE(one.contains("ts")) << one << ": not a line of the gateway's own";
    EXPECT_THAT(log, Not(HasSubstr("word-of-somebody")));
}

// A body is what it is: nothing is unpacked, so nothing small becomes large.
TEST_F(Attacks, ByCompressedBodies)
{
    const std::string packed(
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\x04\x00\x43\xbe\xb7\xe8\x01\x00\x00\x00", 21
    );
    const header_list coded = {{"Content-Encoding", "gzip"}};
    for (const auto* target : {"/", "/pipeline", "/multi-exec"})
        EXPECT_THAT(ask("everything", "POST", target, packed, coded), testing::Not(HasStatus(200))) << target;
    EXPECT_THAT(ask("everything", "PUT", "/keys/packed", packed, coded).status, testing::AnyOf(201, 415));
    EXPECT_THAT(ask("everything", "GET", "/keys/packed?raw").body, testing::AnyOf(packed, HasSubstr("not_found")));
    EXPECT_THAT(ask("everything", "PUT", "/keys/k", packed, {{"Transfer-Encoding", "gzip"}}), HasStatus(400));
}

TEST_F(Attacks, ByCursorsOfOthers)
{
    for (int number = 0; number < 50; ++number)
        redis_.cli({"set", "secret:" + std::to_string(number), "v"});
    std::string cursor = json_of(ask("everything", "GET", "/keys?count=10"))["cursor"];
    ASSERT_FALSE(cursor.empty());
    const auto page = ask("user42", "GET", "/keys?count=1000&cursor=" + cursor);
    EXPECT_THAT(page, HasStatus(200)) << "a place in the database, and no right to it";
    EXPECT_EQ(json_of(page)["keys"].size(), 0U);
    for (std::size_t at = 0; at < cursor.size(); ++at) {
        std::string changed = cursor;
        changed[at] = changed[at] == '1' ? '2' : '1';
        EXPECT_THAT(ask("user42", "GET", "/keys?count=1000&cursor=" + changed).body, Not(HasSubstr("secret")))
            << changed;
        EXPECT_THAT(
            command("user42", R"(["SCAN",")" + changed + R"(","COUNT","1000"])").body, Not(HasSubstr("secret"))
        );
    }
}

TEST_F(Attacks, ByNumbersThatAreTooLarge)
{
    const std::vector<std::string> numbers = {
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775809",
        "1e400",
        "0x7fffffffffffffff",
        std::string(1000, '9'),
        "-" + std::string(1000, '9'),
        "nan",
        "inf",
    };
    redis_.cli({"set", "user:42:n", "1"});
    for (const std::string& number : numbers) {
        for (const auto* option : {"ttl", "ttl_ms", "expire_at", "expire_at_ms"})
            EXPECT_THAT(
                ask("user42", "PUT", "/keys/user:42:n?" + std::string(option) + "=" + number, "2"), HasStatus(400)
            ) << option
              << '=' << number;
        EXPECT_THAT(ask("user42", "GET", "/keys?count=" + number), HasStatus(400)) << number;
        EXPECT_THAT(ask("user42", "GET", "/keys?cursor=" + number), HasStatus(400)) << number;
        EXPECT_THAT(ask("user42", "PATCH", "/keys/user:42:n", R"({"ttl":")" + number + R"("})"), HasStatus(400))
            << number;
        EXPECT_THAT(
            command("user42", R"(["ZUNIONSTORE","user:42:z",")" + number + R"(","user:42:a","secret"])"), HasStatus(400)
        ) << number;
        EXPECT_THAT(command("user42", R"(["EXPIRE","user:42:n",")" + number + R"("])"), HasStatus(400)) << number;
        EXPECT_THAT(
            ask("user42", "GET", "/keys/user:42:n?raw", {}, {{"Range", "bytes=0-" + number}}).status, testing::Lt(500)
        );
    }
    http_connection raw = rest_->connect();
    raw.send("PUT /keys/k HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer everything\r\nContent-Length: "
             "18446744073709551617\r\n\r\n");
    EXPECT_THAT(raw.read().status, testing::AnyOf(400, 413));
    EXPECT_EQ(redis_.cli({"get", "user:42:n"}), "1") << "and none of it has done anything";
}

// What is nearly a token is none, and says as little as what is nothing like one.
TEST_F(Attacks, ByTokensThatAreNearlyRight)
{
    const auto refusal = ask("zzzzzzzzzz", "GET", "/keys/k");
    ASSERT_THAT(refusal, Fails(401, "unauthorized"));
    for (const std::string token :
         {"everythin", "everything2", "Everything", "everything%00", "verything", "*", "everything,everything"}) {
        const auto answer = ask(token, "GET", "/keys/k");
        EXPECT_THAT(answer, HasStatus(401)) << token;
        EXPECT_EQ(answer.body, refusal.body) << token;
    }
    EXPECT_THAT(ask("everything", "GET", "/keys/k"), HasStatus(404));
}

}   // namespace
}   // namespace rediserve::test
