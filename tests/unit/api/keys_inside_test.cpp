// What is inside a key, against a scripted Redis: what is asked of it, and what becomes of whatever it answers.
#include "unit/api/keys_test.hpp"

#include "api/keys/offers.hpp"

#include <array>
#include <map>

namespace rediserve::api::keys {
namespace {

class KeysInside : public KeysDialect
{
protected:
    using method = http::method;

    std::vector<std::string> latest_names() const
    {
        std::vector<std::string> names;
        for (const command& one : backend.latest())
            names.push_back(one.front());
        return names;
    }
};

using test::array;
using test::bulk;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto queued = "+QUEUED\r\n";
constexpr auto wrong_type = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

TEST_F(KeysInside, ReadsAFieldWithOneHget)
{
    backend.reply(bulk("hello"));
    EXPECT_THAT(get("/keys/h/fields/a%2Fb"), Answers(200, R"({"key":"h","field":"a/b","value":"hello"})"));
    EXPECT_EQ(exchange->header("ETag"), hello_tag);
    EXPECT_EQ(exchange->routed, telemetry::route::key_field);
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("HGET", "h", "a/b")));
    EXPECT_TRUE(reads_only());
}

TEST_F(KeysInside, ReadsACollectionInOneStepThatOnlyReads)
{
    backend.reply(array({":1\r\n", array({bulk("f"), bulk("v")}), "$-1\r\n"}));
    EXPECT_THAT(get("/keys/h/fields"), Answers(200, R"({"key":"h","fields":{"f":"v"}})"));
    EXPECT_THAT(backend.batches(), SizeIs(1));
    const command& sent = backend.latest()[0];
    EXPECT_THAT(
        std::vector(sent.begin() + 2, sent.end()), ElementsAre("1", "h", "HLEN", "10000", "whole", "0", "HGETALL")
    );
    EXPECT_EQ(sent[0], "EVALSHA");
    EXPECT_TRUE(reads_only());
}

TEST_F(KeysInside, LinksToThePageThatRedisNames)
{
    backend.reply(array({":9\r\n", array({bulk("m")}), bulk("42")}));
    EXPECT_THAT(
        get("/keys/a%2Fb/members?match=m*&count=5"), Answers(200, R"({"key":"a/b","members":["m"],"cursor":"m2a"})")
    );
    EXPECT_EQ(exchange->header("Link"), "</keys/a%2Fb/members?match=m%2A&count=5&cursor=m2a>; rel=\"next\"");
    EXPECT_THAT(backend.latest()[0], Contains("SSCAN"));
}

TEST_F(KeysInside, NamesThePagesOfWhatIsTooLarge)
{
    const std::map<std::string, std::string> first = {
        {"fields", "count=1000"},
        {"items", "start=0&stop=999"},
        {"members", "count=1000"},
        {"scores", "start=0&stop=999"}};
    for (const auto& [word, options] : first) {
        backend.reply(array({":10001\r\n", "$-1\r\n"}));
        EXPECT_THAT(get("/keys/k/" + word), Fails(413, "too_large"));
        EXPECT_THAT(exchange->body(), HasSubstr("/keys/k/" + word + "?" + options));
    }
}

TEST_F(KeysInside, ChangesFieldsInOneTransaction)
{
    backend.reply(std::string("+OK\r\n") + queued + queued + array({":1\r\n", ":2\r\n"}));
    EXPECT_THAT(
        send(method::patch, "/keys/h/fields", R"({"a":"1","b":null,"c":null,"d":"4"})"),
        Answers(200, R"({"key":"h","set":2,"deleted":2})")
    );
    EXPECT_THAT(
        backend.latest(),
        ElementsAre(
            ElementsAre("MULTI"), ElementsAre("HSET", "h", "a", "1", "d", "4"), ElementsAre("HDEL", "h", "b", "c"),
            ElementsAre("EXEC")
        )
    );
    EXPECT_FALSE(reads_only());
}

TEST_F(KeysInside, ChecksAndWritesInOneScript)
{
    backend.reply(":0\r\n");
    EXPECT_THAT(
        send(method::put, "/keys/h/fields/f", "v", {{http::header::if_match, hello_tag}}),
        Answers(200, R"({"key":"h","field":"f","created":false})")
    );
    const command& sent = backend.latest()[0];
    EXPECT_EQ(sent[0], "EVALSHA");
    EXPECT_THAT(std::vector(sent.end() - 4, sent.end()), ElementsAre("HGET", "f", "HSET", "v"));
    EXPECT_FALSE(reads_only());
    backend.reply("$-1\r\n");
    EXPECT_THAT(
        send(method::put, "/keys/l/items/0", "v", {{http::header::if_match, "\"x\""}}),
        Fails(412, "precondition_failed")
    );
}

TEST_F(KeysInside, LoadsAScriptThatRedisHasForgotten)
{
    backend.reply("-NOSCRIPT No matching script. Please use EVAL.\r\n");
    backend.reply(array({":1\r\n", array({bulk("a")}), "$-1\r\n"}));
    EXPECT_THAT(get("/keys/l/items"), Answers(200, R"({"key":"l","items":["a"]})"));
    EXPECT_THAT(latest_names(), ElementsAre("EVAL"));
}

TEST_F(KeysInside, MakesNothingOfRepliesThatMakeNoSense)
{
    const std::array<std::string_view, 8> targets = {
        "/keys/k/fields", "/keys/k/fields?count=5",  "/keys/k/fields?field=f", "/keys/k/items",
        "/keys/k/scores", "/keys/k/entries?count=5", "/keys/k/members/m",      "/keys/k/entries/1-1",
    };
    const std::array<std::string, 6> replies = {
        "+PONG\r\n",
        array({}),
        array({bulk("x"), array({})}),
        array({":1\r\n", bulk("x"), "$-1\r\n"}),
        array({":1\r\n", array({bulk("f"), bulk("v")})}),
        array({array({bulk("\xff"), array({})})}),
    };
    for (const std::string_view target : targets)
        for (const std::string& reply : replies) {
            backend.reply(reply);
            get(target);
            EXPECT_TRUE(exchange->complete()) << target << " " << reply;
            EXPECT_TRUE(exchange->status() == 502 || (exchange->status() == 404 && reply == array({})))
                << target << " " << reply << " " << exchange->status();
        }
    backend.reply(array({":1\r\n", array({bulk("a"), bulk("1")}), bulk("not a number")}));
    EXPECT_THAT(get("/keys/k/fields?count=5"), Fails(502, "bad_gateway"));
    backend.reply(array({":9\r\n", array({bulk("a")}), "$-1\r\n"}));
    EXPECT_THAT(get("/keys/k/fields?field=a&field=b"), Fails(502, "bad_gateway"));
}

TEST_F(KeysInside, PassesErrorsOfTransactionsOn)
{
    backend.reply(std::string("+OK\r\n") + queued + queued + array({wrong_type, wrong_type}));
    EXPECT_THAT(get("/keys/k/scores/m"), Fails(409, "wrong_type"));
    backend.reply(
        std::string("+OK\r\n") + queued + queued + queued + array({":0\r\n", "-OOM command not allowed\r\n", ":0\r\n"})
    );
    EXPECT_THAT(send(method::post, "/keys/k/scores", R"({"scores":{"m":1}})"), Fails(503, "redis_unavailable"));
}

TEST_F(KeysInside, AsksNothingOfRedisForWhatIsRefused)
{
    const std::vector<std::pair<method, std::string_view>> refused = {
        {method::get, "/keys/k/fields?nothing"},    {method::get, "/keys/k/fields/f?include=size"},
        {method::get, "/keys/k/items/x"},           {method::get, "/keys/k/items?start=x"},
        {method::get, "/keys/k/entries/5"},         {method::put, "/keys/k/items/x"},
        {method::put, "/keys/k/scores/m"},          {method::post, "/keys/k/members"},
        {method::delete_, "/keys/k/members"},       {method::post, "/keys/k/fields/f/incr?by=x"},
        {method::get, "/keys/k/fields/%4"},         {method::get, "/keys/k/scores/m?x"},
        {method::get, "/keys/k/fields?cursor=m2a"}, {method::delete_, "/keys/k/entries/x"},
    };
    for (const auto& [how, target] : refused)
        EXPECT_THAT(send(how, target), Fails(400, "bad_request")) << target;
    EXPECT_THAT(backend.batches(), IsEmpty());
}

// Whatever the table offers is answered by something, and nothing else is.
TEST_F(KeysInside, AnswersEveryMethodThatIsOffered)
{
    const std::array<std::string_view, 16> paths = {
        "/keys",
        "/keys/k",
        "/keys/k/incr",
        "/keys/k/append",
        "/keys/k/fields",
        "/keys/k/fields/f",
        "/keys/k/fields/f/incr",
        "/keys/k/items",
        "/keys/k/items/0",
        "/keys/k/members",
        "/keys/k/members/m",
        "/keys/k/scores",
        "/keys/k/scores/m",
        "/keys/k/scores/m/incr",
        "/keys/k/entries",
        "/keys/k/entries/1-1",
    };
    for (const std::string_view path : paths) {
        const auto at = locate(path, "/keys");
        ASSERT_TRUE(at) << path;
        for (const method how :
             {method::get, method::head, method::put, method::post, method::patch, method::delete_}) {
            backend.fail(error(errc::backend_timeout, "too late", executed::maybe));
            send(how, path, "{}");
            EXPECT_TRUE(exchange->complete()) << path;
            EXPECT_EQ(exchange->status() == 405, find_offer(at->place, how) == nullptr) << path << http::name(how);
            EXPECT_NE(exchange->header("Allow").empty(), exchange->status() == 405);
        }
        EXPECT_THAT(send(method::options, path), Answers(204, ""));
        EXPECT_EQ(exchange->header("Allow"), allowed_methods(at->place));
    }
}

}   // namespace
}   // namespace rediserve::api::keys
