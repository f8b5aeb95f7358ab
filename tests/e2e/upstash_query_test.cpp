// QUERY / and QUERY /pipeline (RFC 10008): what only reads is run, and nothing else gets as far as Redis.
#include "e2e/upstash_test.hpp"

#include <algorithm>
#include <set>

namespace rediserve::test {
namespace {

using testing::HasSubstr;

const header_list as_json = {{"Content-Type", "application/json"}};
const std::string accepted = R"("application/json", "application/msgpack", "application/cbor")";

class UpstashQuery : public upstash_test
{
protected:
    static http_response query(std::string_view body, const header_list& headers = as_json)
    {
        return ask("QUERY", "/", body, headers);
    }
    static http_response queries(std::string_view body, const header_list& headers = as_json)
    {
        return ask("QUERY", "/pipeline", body, headers);
    }
};

TEST_F(UpstashQuery, AnswersAsPostDoes)
{
    pipeline(R"([["SET","k","v"],["HSET","h","a","1"],["ZADD","z","1","m"]])");
    for (const auto* body :
         {R"(["GET","k"])", R"(["hgetall","h"])", R"(["ZRANGE","z",0,-1])", R"(["GET","h"])", R"(["GET"])"}) {
        const auto by_post = command(body);
        EXPECT_THAT(query(body), Answers(by_post.status, by_post.body)) << body;
    }
    const auto* const many = R"([["GET","k"],["EXISTS","k"],["GET","h"],["GET",null],["OBJECT","ENCODING","k"]])";
    EXPECT_THAT(queries(many), Answers(200, pipeline(many).body));
    EXPECT_THAT(query(R"(["GET","k"])", {{"Content-Type", "application/json; charset=utf-8"}}), Results(R"("v")"));
    EXPECT_THAT(query(R"(["GET","k"])", {as_json[0], as_base64[0]}), Results(R"("dg==")"));
    EXPECT_THAT(query(R"json(["EVAL_RO","return redis.call('GET',KEYS[1])",1,"k"])json"), Results(R"("v")"));
}

TEST_F(UpstashQuery, RunsNothingWhenOneCommandDoesNotOnlyRead)
{
    command(R"(["SET","k","v"])");
    auto answer = queries(R"([["GET","k"],["SET","k","other"],["GET","k"]])");
    EXPECT_THAT(answer, Refuses(422));
    EXPECT_THAT(answer.body, HasSubstr(R"(\"SET\")"));
    EXPECT_EQ(answer.header("accept-query"), accepted);
    for (const auto* body :
         {R"(["DEL","k"])", R"(["GETEX","k","EX","1"])", R"(["EVAL","return 1",0])", R"(["PUBLISH","c","m"])",
          R"(["BLPOP","l",1])", R"(["XREAD","BLOCK","1","STREAMS","s","0"])", R"(["NOSUCH"])", R"(["MULTI"])",
          R"(["SELECT","0"])", R"(["FLUSHALL"])", R"(["ACL","RESTTOKEN","default","x"])"})
        EXPECT_THAT(query(body), Refuses(422)) << body;
    EXPECT_THAT(command(R"(["GET","k"])"), Results(R"("v")"));
}

// By the flags that this very server gives: whatever else it has is refused.
TEST_F(UpstashQuery, GoesByTheTableOfTheServer)
{
    const auto table = json_of(command(R"(["COMMAND"])"))["result"];
    std::size_t reading = 0;
    for (const auto& each : table) {
        const auto flags = each[2].get<std::vector<std::string>>();
        const bool reads = std::ranges::find(flags, "readonly") != flags.end();
        reading += reads ? 1 : 0;
        const auto answer = query(nlohmann::json::array({each[0], "x", "y", "z"}).dump());
        EXPECT_EQ(answer.status == 422, !reads) << each[0] << ": " << answer.body;
    }
    EXPECT_GT(reading, 50U);
    EXPECT_GT(table.size() - reading, 100U);
    EXPECT_THAT(command(R"(["DBSIZE"])"), Results("0"));
}

TEST_F(UpstashQuery, ReadsAndAnswersMessagePackAndCborToo)
{
    command(R"(["SET","k","v"])");
    const std::string get_k = "\x92\xa3GET\xa1k";
    const auto packed = query(get_k, {{"Content-Type", "application/msgpack"}, {"Accept", "application/msgpack"}});
    EXPECT_THAT(packed, Answers(200, "\x81\xa6result\xa1v"));
    EXPECT_THAT(query("\x82\x63GET\x61k", {{"Content-Type", "application/cbor"}}), Results(R"("v")"));
    EXPECT_THAT(query("\x92\xa4INCR\xa1k", {{"Content-Type", "application/msgpack"}}), HasStatus(422));
}

TEST_F(UpstashQuery, MustSayWhatItsBodyIs)
{
    command(R"(["SET","k","v"])");
    const auto unsaid = query(R"(["GET","k"])", {});
    EXPECT_THAT(unsaid, Refuses(400));
    EXPECT_EQ(unsaid.header("accept-query"), accepted);
    const auto another = query(R"(["GET","k"])", {{"Content-Type", "application/sql"}});
    EXPECT_THAT(another, Refuses(415));
    EXPECT_EQ(another.header("accept-query"), accepted);
    for (const auto* body : {"", "{", R"("GET")", R"([["GET","k"]])"})
        EXPECT_THAT(query(body), HasStatus(400)) << body;
}

TEST_F(UpstashQuery, IsOfferedWhereItSays)
{
    for (const auto* target : {"/", "/pipeline"}) {
        EXPECT_EQ(rest().request("OPTIONS", target).header("accept-query"), accepted) << target;
        const auto wrong = rest().request("DELETE", target);
        EXPECT_THAT(wrong, HasStatus(405));
        EXPECT_EQ(wrong.header("accept-query"), accepted) << target;
        EXPECT_THAT(wrong.header("allow"), HasSubstr("QUERY")) << target;
    }
    for (const auto* target : {"/multi-exec", "/get/k", "/subscribe/c"})
        EXPECT_THAT(ask("QUERY", target, R"([["GET","k"]])", as_json), HasStatus(405)) << target;
    EXPECT_THAT(ask("QUERY", "/keys/k", "{}", as_json), HasStatus(405));
    EXPECT_THAT(rest().request("QUERY", "/", R"(["GET","k"])", as_json), Refuses(401));
}

TEST_F(UpstashQuery, MayComeInChunks)
{
    command(R"(["SET","k","v"])");
    auto connection = rest().connect();
    connection.send("QUERY / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer T\r\nContent-Type: application/json\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n4\r\n[\"GE\r\n7\r\nT\",\"k\"]\r\n0\r\n\r\n");
    EXPECT_THAT(connection.read(), Results(R"("v")"));
    EXPECT_THAT(connection.request("QUERY", "/", R"(["GET","k"])", bearing(rest_token, as_json)), Results(R"("v")"));
}

// So that whoever keeps an answer can ask whether it still holds.
TEST_F(UpstashQuery, HasATagByWhichAnAnswerIsKnown)
{
    pipeline(R"([["SET","k","v"],["SET","n","1"]])");
    const auto with = [](const std::string& name, const std::string& tag) {
        header_list headers = as_json;
        headers.emplace_back(name, tag);
        return headers;
    };
    for (const auto* body : {R"(["GET","k"])", R"([["GET","k"],["GET","n"]])"}) {
        const auto ask = body[1] == '[' ? &queries : &query;
        const auto first = ask(body, as_json);
        const auto tag = first.header("etag");
        EXPECT_THAT(tag, testing::MatchesRegex("\"[0-9a-f]{32}\"")) << body;
        const auto again = ask(body, with("If-None-Match", tag));
        EXPECT_THAT(again, Answers(304, ""));
        EXPECT_EQ(again.header("etag"), tag);
        EXPECT_EQ(again.header("vary"), first.header("vary"));
        EXPECT_THAT(ask(body, with("If-Match", tag)), HasStatus(200));
        pipeline(R"([["APPEND","k","!"]])");
        const auto changed = ask(body, with("If-None-Match", tag));
        EXPECT_THAT(changed, HasStatus(200));
        EXPECT_NE(changed.header("etag"), tag);
        EXPECT_THAT(ask(body, with("If-Match", tag)), HasStatus(412));
        EXPECT_THAT(ask(body, with("If-None-Match", "v")), HasStatus(400));
    }
    EXPECT_EQ(query(R"(["HGET","k","f"])").header("etag"), "") << "an error is no answer to keep";
    EXPECT_EQ(ask("POST", "/", R"(["GET","k"])", as_json).header("etag"), "");
}

TEST_F(UpstashQuery, HasAnotherTagInAnotherForm)
{
    pipeline(R"([["SET","k","v"]])");
    std::set<std::string> tags;
    for (const auto* accept :
         {"application/json", "application/vnd.rediserve.typed+json", "application/msgpack", "application/cbor"})
        tags.insert(query(R"(["HGETALL","k2"])", {as_json[0], {"Accept", accept}}).header("etag"));
    EXPECT_EQ(tags.size(), 4U);
}

}   // namespace
}   // namespace rediserve::test
