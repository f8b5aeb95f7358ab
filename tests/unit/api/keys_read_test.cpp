// GET and HEAD against a scripted Redis: what is asked of it, and what becomes of whatever it answers.
#include "unit/api/keys_test.hpp"

#include "api/keys/range.hpp"

namespace rediserve::api::keys {
namespace {

class KeysRead : public KeysDialect
{};

using test::array;
using test::bulk;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(KeysRead, ReadsAStringWithOneGet)
{
    backend.reply(bulk("hello"));
    EXPECT_THAT(get("/keys/greeting"), Answers(200, R"({"key":"greeting","value":"hello"})"));
    EXPECT_EQ(exchange->header("ETag"), hello_tag);
    EXPECT_EQ(exchange->routed, telemetry::route::key);
    EXPECT_THAT(backend.batches(), SizeIs(1));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("GET", "greeting")));
    EXPECT_TRUE(reads_only());
    EXPECT_EQ(backend.batches().back().options.affinity, 7u);
}

TEST_F(KeysRead, ReadsAnotherTypeInASecondRoundTrip)
{
    backend.reply("-WRONGTYPE Operation against a key holding the wrong kind of value\r\n");
    backend.reply(array({bulk("hash"), ":-1\r\n", ":1\r\n", array({bulk("f"), bulk("v")})}));
    EXPECT_THAT(get("/keys/h"), Answers(200, R"({"key":"h","type":"hash","value":{"f":"v"}})"));
    EXPECT_THAT(backend.batches(), SizeIs(2));
    EXPECT_EQ(backend.latest()[0][0], "EVALSHA");
    EXPECT_EQ(backend.latest()[0].back(), "10000");
    EXPECT_TRUE(reads_only());
}

TEST_F(KeysRead, NoticesAKeyThatGoesBetweenTheTwo)
{
    backend.reply("-WRONGTYPE x\r\n");
    backend.reply("$-1\r\n");
    EXPECT_THAT(get("/keys/h"), Fails(404, "not_found"));
}

TEST_F(KeysRead, ReadsAStringThatTookTheOthersPlace)
{
    backend.reply("-WRONGTYPE x\r\n");
    backend.reply(array({bulk("string"), ":-1\r\n", ":5\r\n", bulk("hello")}));
    EXPECT_THAT(get("/keys/h"), Answers(200, R"({"key":"h","value":"hello"})"));
}

TEST_F(KeysRead, NamesTypesItDoesNotKnow)
{
    backend.reply("-WRONGTYPE x\r\n");
    backend.reply(array({bulk("ReJSON-RL"), ":-1\r\n"}));
    EXPECT_THAT(get("/keys/j"), Fails(409, "wrong_type"));
    EXPECT_THAT(exchange->body(), HasSubstr("ReJSON-RL"));
}

TEST_F(KeysRead, PointsToThePagesOfALargeCollection)
{
    backend.reply("-WRONGTYPE x\r\n");
    backend.reply(array({bulk("zset"), ":-1\r\n", ":10001\r\n"}));
    EXPECT_THAT(get("/keys/a%2Fb"), Fails(413, "too_large"));
    EXPECT_THAT(exchange->body(), HasSubstr("/keys/a%2Fb/scores"));
}

TEST_F(KeysRead, IncludesWhatIsAskedForInOneRoundTrip)
{
    backend.reply(array({bulk("string"), ":60500\r\n", ":5\r\n", bulk("hello")}));
    EXPECT_THAT(
        get("/keys/k?include=type,ttl,size"),
        Answers(200, R"({"key":"k","value":"hello","type":"string","ttl":60.5,"size":5})")
    );
    EXPECT_EQ(exchange->header("ETag"), hello_tag);
    backend.reply(array({bulk("list"), ":-1\r\n", ":1\r\n", array({bulk("\xff")})}));
    EXPECT_THAT(
        get("/keys/l?include=size,type,ttl"),
        Answers(200, R"({"key":"l","type":"list","value":["/w=="],"encoding":"base64","ttl":null,"size":1})")
    );
}

TEST_F(KeysRead, WritesScoresShortAndInfinitiesInQuotes)
{
    backend.reply("-WRONGTYPE x\r\n");
    backend.reply(array(
        {bulk("zset"), ":-1\r\n", ":2\r\n", array({bulk("a"), bulk("0.10000000000000001"), bulk("b"), bulk("inf")})}
    ));
    EXPECT_THAT(
        get("/keys/z"),
        Answers(200, R"({"key":"z","type":"zset","value":[{"member":"a","score":0.1},{"member":"b","score":"inf"}]})")
    );
}

TEST_F(KeysRead, HandsOutBareBytes)
{
    backend.reply(bulk("\xff\r\n"));
    EXPECT_THAT(get("/keys/k?raw&type=image/png"), Answers(200, "\xff\r\n"));
    EXPECT_EQ(exchange->header("Content-Type"), "image/png");
    backend.reply(bulk("hello"));
    EXPECT_THAT(get("/keys/k", {{http::header::accept, "application/octet-stream"}}), Answers(200, "hello"));
    backend.reply("-WRONGTYPE x\r\n");
    EXPECT_THAT(get("/keys/k?raw"), Fails(409, "wrong_type"));
}

TEST_F(KeysRead, MovesNoMoreThanTheRange)
{
    backend.reply("+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n" + array({":1\r\n", ":10\r\n", bulk("789")}));
    EXPECT_THAT(get("/keys/k?raw", {{http::header::range, "bytes=-3"}}), Answers(206, "789"));
    EXPECT_EQ(exchange->header("Content-Range"), "bytes 7-9/10");
    EXPECT_THAT(backend.latest()[3], ElementsAre("GETRANGE", "k", "-3", std::to_string(byte_range::beyond_any_value)));
    backend.reply("+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n" + array({":0\r\n", ":0\r\n", bulk("")}));
    EXPECT_THAT(get("/keys/k?raw", {{http::header::range, "bytes=0-1"}}), Fails(404, "not_found"));
    backend.reply(
        "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n" + array({":1\r\n", "-WRONGTYPE x\r\n", "-WRONGTYPE x\r\n"})
    );
    EXPECT_THAT(get("/keys/k?raw", {{http::header::range, "bytes=0-1"}}), Fails(409, "wrong_type"));
}

TEST_F(KeysRead, ResumesOnlyTheValueThatWasBegun)
{
    backend.reply(bulk("hello"));
    const header_map same = {{http::header::range, "bytes=3-"}, {http::header::if_range, hello_tag}};
    EXPECT_THAT(get("/keys/k?raw", same), Answers(206, "lo"));
    EXPECT_EQ(exchange->header("ETag"), hello_tag);
    backend.reply(bulk("other"));
    EXPECT_THAT(get("/keys/k?raw", same), Answers(200, "other"));
}

TEST_F(KeysRead, WeighsConditionsOfReads)
{
    backend.reply(bulk("hello"));
    EXPECT_THAT(get("/keys/k", {{http::header::if_none_match, hello_tag}}), Answers(304, ""));
    backend.reply(bulk("hello"));
    EXPECT_THAT(get("/keys/k", {{http::header::if_match, "\"other\""}}), Fails(412, "precondition_failed"));
    backend.reply("$-1\r\n");
    EXPECT_THAT(get("/keys/k", {{http::header::if_none_match, "*"}}), Fails(404, "not_found"));
    EXPECT_THAT(get("/keys/k", {{http::header::if_match, "x"}}), Fails(400, "bad_request"));
}

TEST_F(KeysRead, TellsAboutAStringWithoutMovingIt)
{
    backend.reply(array({bulk("string"), ":100000\r\n", ":5\r\n", bulk("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d")}));
    EXPECT_THAT(send(http::method::head, "/keys/k"), Answers(200, ""));
    EXPECT_EQ(exchange->header("ETag"), hello_tag);
    EXPECT_EQ(exchange->header("Content-Length"), "5");
    EXPECT_EQ(exchange->header("X-Redis-Type"), "string");
    EXPECT_EQ(exchange->header("X-Redis-TTL"), "100");
    backend.reply(array({bulk("hash"), ":-1\r\n"}));
    EXPECT_THAT(send(http::method::head, "/keys/h"), Answers(200, ""));
    EXPECT_EQ(exchange->header("X-Redis-Type"), "hash");
    EXPECT_EQ(exchange->header("X-Redis-TTL"), "");
    EXPECT_EQ(exchange->header("Content-Length"), "");
}

TEST_F(KeysRead, LetsNoReplyWriteHeaders)
{
    backend.reply(array({bulk("x\r\nSet-Cookie: a=b"), ":-1\r\n"}));
    EXPECT_EQ(send(http::method::head, "/keys/k").status(), 502u);
}

// Whatever the shape of a reply, it is answered, once, and nothing is read that is not there.
TEST_F(KeysRead, SurvivesEveryShapeOfReply)
{
    const std::vector<std::string> shapes = {
        "$-1\r\n",
        "*-1\r\n",
        "*0\r\n",
        ":5\r\n",
        "+OK\r\n",
        "$1\r\nx\r\n",
        "-ERR x\r\n",
        "-NOSCRIPT x\r\n",
        "*1\r\n$-1\r\n",
        "*2\r\n$-1\r\n$-1\r\n",
        "*2\r\n$1\r\n0\r\n*2\r\n$-1\r\n*0\r\n",
        "*3\r\n:1\r\n:1\r\n:1\r\n",
        "*3\r\n-ERR x\r\n:1\r\n$-1\r\n",
        array({bulk("hash"), ":1\r\n", ":1\r\n", "$-1\r\n"}),
        array({bulk("hash"), ":1\r\n", ":1\r\n", "*1\r\n$-1\r\n"}),
        array({bulk("stream"), ":1\r\n", ":2\r\n", "*2\r\n$-1\r\n*2\r\n$-1\r\n*1\r\n$1\r\na\r\n"}),
        array({bulk("zset"), ":1\r\n", ":1\r\n", ":5\r\n"}),
        array({bulk("list"), ":1\r\n", ":-5\r\n", "*2\r\n*0\r\n:1\r\n"}),
        array({bulk("string"), ":1\r\n", ":-5\r\n", ":5\r\n"}),
        array({bulk("string"), ":1\r\n"}),
        array({":1\r\n", bulk("string")}),
    };
    struct one
    {
        http::method method;
        std::string target;
        std::string body;
        header_map headers;
    };
    const header_map tagged = {{http::header::if_match, hello_tag}};
    const std::vector<one> requests = {
        {http::method::get, "/keys/k", "", {}},
        {http::method::get, "/keys/k?include=ttl", "", {}},
        {http::method::get, "/keys/k?raw", "", {}},
        {http::method::get, "/keys/k?raw", "", {{http::header::range, "bytes=0-1"}}},
        {http::method::head, "/keys/k", "", {}},
        {http::method::put, "/keys/k", "v", {}},
        {http::method::put, "/keys/k?nx", "v", {}},
        {http::method::put, "/keys/k", "v", tagged},
        {http::method::patch, "/keys/k", R"({"ttl":5})", {}},
        {http::method::delete_, "/keys/k", "", {}},
        {http::method::delete_, "/keys/k", "", tagged},
        {http::method::post, "/keys/k/incr", "", {}},
        {http::method::post, "/keys/k/append", "v", {}},
        {http::method::get, "/keys", "", {}},
        {http::method::get, "/keys", "", {{http::header::accept, "application/x-ndjson"}}},
        {http::method::get, "/keys?key=a&key=b", "", {}},
        {http::method::put, "/keys", R"({"a":"b"})", {}},
        {http::method::delete_, "/keys?key=a", "", {}},
    };
    for (const one& request : requests)
        for (const std::string& shape : shapes) {
            test::fake_backend fresh;
            test::fake_exchange answered(request.method, request.target, request.body, request.headers);
            const task running = dialect->respond(
                {answered, access::gate(fresh, known_commands, *principal), settings, metrics, *known_commands, known,
                 *principal}
            );
            for (int rounds = 0; rounds < 4 && fresh.waiting() > 0; ++rounds) {
                const auto commands = fresh.latest().size();
                std::string replies;
                for (std::size_t i = 0; i < commands; ++i)
                    replies += shape;
                fresh.reply(replies);
                fresh.run();
            }
            EXPECT_TRUE(answered.complete() || answered.aborted() || fresh.waiting() > 0)
                << request.target << " " << shape;
        }
}

}   // namespace
}   // namespace rediserve::api::keys
