// PUT, PATCH, POST and DELETE of one key against a scripted Redis.
#include "unit/api/keys_test.hpp"

#include "api/keys/envelope.hpp"

namespace rediserve::api::keys {
namespace {

class KeysWrite : public KeysDialect
{};

using test::array;
using test::bulk;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto put_done = "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:0\r\n+OK\r\n";

TEST_F(KeysWrite, StoresAndSaysWhetherTheKeyIsNew)
{
    backend.reply(put_done);
    EXPECT_THAT(put("/keys/k", "hello"), Answers(201, R"({"key":"k","created":true})"));
    EXPECT_EQ(exchange->header("ETag"), hello_tag);
    EXPECT_THAT(
        backend.latest(),
        ElementsAre(
            ElementsAre("MULTI"), ElementsAre("EXISTS", "k"), ElementsAre("SET", "k", "hello"), ElementsAre("EXEC")
        )
    );
    EXPECT_FALSE(reads_only());
    backend.reply("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n+OK\r\n");
    EXPECT_THAT(put("/keys/k", "hello"), Answers(200, R"({"key":"k","created":false})"));
}

TEST_F(KeysWrite, ChangesNothingWhereATransactionWouldBeTornApart)
{
    const auto table = rediserve::commands::command_table::built_in();
    table->refuse_transactions("NOPERM no permission to run the 'multi' command");
    known_commands = table;
    EXPECT_THAT(put("/keys/k", "hello"), Fails(403, "forbidden"));
    EXPECT_THAT(exchange->body(), HasSubstr("NOPERM"));
    EXPECT_THAT(get("/keys/k?raw", {{http::header::range, "bytes=0-1"}}), Fails(403, "forbidden"));
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(KeysWrite, StoresALargeBodyWhole)
{
    const std::string large(200'000, 'x');
    backend.reply(put_done);
    EXPECT_EQ(put("/keys/k?ttl=5", large).status(), 201u);
    EXPECT_THAT(backend.latest()[2], ElementsAre("SET", "k", large, "PX", "5000"));
}

TEST_F(KeysWrite, MapsOptionsToThoseOfSet)
{
    const std::vector<std::pair<std::string, std::vector<std::string>>> cases = {
        {"ttl=5", {"PX", "5000"}},         {"ttl_ms=5", {"PX", "5"}}, {"expire_at=5", {"PXAT", "5000"}},
        {"expire_at_ms=5", {"PXAT", "5"}}, {"keepttl", {"KEEPTTL"}},
    };
    for (const auto& [query, options] : cases) {
        backend.reply(put_done);
        put("/keys/k?" + query, "v");
        command expected = {"SET", "k", "v"};
        expected.insert(expected.end(), options.begin(), options.end());
        EXPECT_EQ(backend.latest()[2], expected) << query;
    }
}

TEST_F(KeysWrite, NeedsNoTransactionWhereSetItselfKnows)
{
    backend.reply("+OK\r\n");
    EXPECT_THAT(put("/keys/k?nx", "v"), Answers(201, R"({"key":"k","created":true})"));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("SET", "k", "v", "NX")));
    backend.reply("+OK\r\n");
    EXPECT_THAT(
        put("/keys/k?ttl_ms=5", "v", {{http::header::if_match, "*"}}), Answers(200, R"({"key":"k","created":false})")
    );
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("SET", "k", "v", "PX", "5", "XX")));
    backend.reply("$-1\r\n");
    EXPECT_THAT(put("/keys/k?xx", "v"), Fails(412, "precondition_failed"));
    EXPECT_THAT(put("/keys/k?nx&xx", "v"), Fails(400, "bad_request"));
}

TEST_F(KeysWrite, WeighsTagsInRedis)
{
    backend.reply(":0\r\n");
    EXPECT_THAT(
        put("/keys/k?keepttl", "v", {{http::header::if_match, hello_tag}}),
        Answers(200, R"({"key":"k","created":false})")
    );
    const command& sent = backend.latest()[0];
    EXPECT_EQ(sent[0], "EVALSHA");
    EXPECT_THAT(
        command(sent.begin() + 2, sent.end()),
        ElementsAre("1", "k", "\"\"," + std::string(hello_tag), "", "KEEPTTL", "v")
    );
    EXPECT_FALSE(reads_only());
    backend.reply("$-1\r\n");
    EXPECT_THAT(put("/keys/k", "v", {{http::header::if_match, hello_tag}}), Fails(412, "precondition_failed"));
}

TEST_F(KeysWrite, PassesErrorsOfATransactionOn)
{
    backend.reply("+OK\r\n+QUEUED\r\n-OOM command not allowed\r\n-EXECABORT Transaction discarded\r\n");
    EXPECT_THAT(put("/keys/k", "v"), Fails(503, "redis_unavailable"));
    backend.reply("-LOADING x\r\n-LOADING x\r\n-LOADING x\r\n-LOADING x\r\n");
    EXPECT_THAT(put("/keys/k", "v"), Fails(503, "redis_unavailable"));
    backend.reply("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n-ERR broken\r\n");
    EXPECT_THAT(put("/keys/k", "v"), Fails(500, "redis_error"));
}

TEST_F(KeysWrite, SaysWhetherALostWriteMayHaveRun)
{
    backend.fail(error(errc::backend_lost, "gone", executed::maybe));
    EXPECT_THAT(put("/keys/k", "v"), Fails(503, "redis_unavailable"));
    EXPECT_THAT(exchange->body(), HasSubstr(R"("executed":"maybe")"));
    backend.refuse(error(errc::backend_queue_full, "full", executed::no));
    EXPECT_THAT(put("/keys/k", "v"), Fails(503, "overloaded"));
    EXPECT_THAT(exchange->body(), HasSubstr(R"("executed":"no")"));
    EXPECT_EQ(metrics.rejected[static_cast<std::size_t>(telemetry::rejection::queue_full)].get(), 1);
}

TEST_F(KeysWrite, ReplacesByAnEnvelopeInOneStep)
{
    const header_map typed = {{http::header::content_type, std::string(envelope_type) + "; charset=utf-8"}};
    backend.reply(":1\r\n");
    EXPECT_THAT(
        put("/keys/h", R"({"type":"hash","value":{"f":"v"},"ttl":60})", typed),
        Answers(201, R"({"key":"h","created":true})")
    );
    const command& sent = backend.latest()[0];
    EXPECT_THAT(
        command(sent.begin() + 2, sent.end()),
        ElementsAre("1", "h", "", "", "", "3", "HSET", "f", "v", "2", "PEXPIRE", "60000")
    );
    EXPECT_THAT(put("/keys/h?ttl=5", R"({"value":"v","ttl":60})", typed), Fails(400, "bad_request"));
    backend.reply(put_done);
    EXPECT_THAT(
        put("/keys/h", R"({"value":"aGVsbG8=","encoding":"base64"})", typed),
        Answers(201, R"({"key":"h","created":true})")
    );
    EXPECT_EQ(exchange->header("ETag"), hello_tag);
}

TEST_F(KeysWrite, Increments)
{
    backend.reply(":9007199254740995\r\n");
    EXPECT_THAT(send(http::method::post, "/keys/n/incr"), Answers(200, R"({"key":"n","value":9007199254740995})"));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("INCRBY", "n", "1")));
    EXPECT_FALSE(reads_only());
    backend.reply(bulk("10.25"));
    EXPECT_THAT(send(http::method::post, "/keys/n/incr?by=-0.25"), Answers(200, R"({"key":"n","value":10.25})"));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("INCRBYFLOAT", "n", "-0.25")));
    for (const auto* by : {"", "abc", "1e", "nan", "9223372036854775808", "%2B5", "0x5"})
        EXPECT_THAT(send(http::method::post, "/keys/n/incr?by=" + std::string(by)), Fails(400, "bad_request")) << by;
}

TEST_F(KeysWrite, SaysWhenAValueIsNoNumber)
{
    for (const auto* text :
         {"ERR value is not an integer or out of range", "ERR value is not a valid float",
          "ERR increment or decrement would overflow", "ERR increment would produce NaN or Infinity"}) {
        backend.reply("-" + std::string(text) + "\r\n");
        EXPECT_THAT(send(http::method::post, "/keys/n/incr"), Fails(409, "not_a_number")) << text;
    }
    backend.reply("-ERR something of its own\r\n");
    EXPECT_THAT(send(http::method::post, "/keys/n/incr"), Fails(500, "redis_error"));
}

TEST_F(KeysWrite, Appends)
{
    backend.reply(":7\r\n");
    EXPECT_THAT(
        send(http::method::post, "/keys/k/append", std::string("\0\xff", 2)), Answers(200, R"({"key":"k","size":7})")
    );
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("APPEND", "k", std::string("\0\xff", 2))));
}

TEST_F(KeysWrite, PatchesNameAndExpiryInOneStep)
{
    backend.reply(":500\r\n");
    EXPECT_THAT(
        send(http::method::patch, "/keys/a", R"({"rename":"b","nx":true,"ttl":0.5})"),
        Answers(200, R"({"key":"b","ttl":0.5})")
    );
    const command& sent = backend.latest()[0];
    EXPECT_THAT(command(sent.begin() + 2, sent.end()), ElementsAre("2", "a", "b", "", "", "1", "PEXPIRE", "500"));
    backend.reply(":-1\r\n");
    EXPECT_THAT(send(http::method::patch, "/keys/a", R"({"ttl":null})"), Answers(200, R"({"key":"a","ttl":null})"));
    backend.reply(":-2\r\n");
    EXPECT_THAT(send(http::method::patch, "/keys/a", R"({"ttl":5})"), Fails(404, "not_found"));
    backend.reply("$-1\r\n");
    EXPECT_THAT(send(http::method::patch, "/keys/a", R"({"rename":"b","nx":true})"), Fails(412, "precondition_failed"));
}

TEST_F(KeysWrite, DeletesOnce)
{
    backend.reply(":1\r\n");
    EXPECT_THAT(send(http::method::delete_, "/keys/k"), Answers(204, ""));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("UNLINK", "k")));
    backend.reply(":0\r\n");
    EXPECT_THAT(send(http::method::delete_, "/keys/k"), Fails(404, "not_found"));
    backend.reply("$-1\r\n");
    EXPECT_THAT(
        send(http::method::delete_, "/keys/k", "", {{http::header::if_match, hello_tag}}),
        Fails(412, "precondition_failed")
    );
}

TEST_F(KeysWrite, RefusesConditionsWhereItWouldHaveToIgnoreThem)
{
    const header_map tagged = {{http::header::if_match, hello_tag}};
    EXPECT_THAT(send(http::method::post, "/keys/k/incr", "", tagged), Fails(400, "bad_request"));
    EXPECT_THAT(send(http::method::post, "/keys/k/append", "v", tagged), Fails(400, "bad_request"));
    EXPECT_THAT(put("/keys", R"({"a":"b"})", tagged), Fails(400, "bad_request"));
    EXPECT_THAT(send(http::method::delete_, "/keys?key=a", "", tagged), Fails(400, "bad_request"));
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(KeysWrite, SaysWhichMethodsThereAre)
{
    EXPECT_THAT(send(http::method::post, "/keys/k"), Fails(405, "method_not_allowed"));
    EXPECT_EQ(exchange->header("Allow"), "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
    EXPECT_THAT(send(http::method::options, "/keys/k/incr"), Answers(204, ""));
    EXPECT_EQ(exchange->header("Allow"), "POST, OPTIONS");
    EXPECT_THAT(send(http::method::other, "/keys"), Fails(405, "method_not_allowed"));
    EXPECT_THAT(get("/keys/user/1"), Fails(404, "unknown_resource"));
    EXPECT_THAT(exchange->body(), HasSubstr("%2F"));
}

TEST_F(KeysWrite, RefusesUnknownOptionsOfEveryCall)
{
    for (const auto& [method, target] : std::vector<std::pair<http::method, std::string>>{
             {http::method::get, "/keys/k"},
             {http::method::head, "/keys/k"},
             {http::method::put, "/keys/k"},
             {http::method::patch, "/keys/k"},
             {http::method::delete_, "/keys/k"},
             {http::method::post, "/keys/k/incr"},
             {http::method::post, "/keys/k/append"},
             {http::method::get, "/keys"},
             {http::method::put, "/keys"},
             {http::method::delete_, "/keys"}})
        EXPECT_EQ(send(method, target + "?colour=red").status(), 400u) << target;
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(KeysWrite, ForgetsACommandWhoseClientHasGone)
{
    get("/keys/k");
    EXPECT_EQ(backend.waiting(), 1u);
    work = {};
    EXPECT_EQ(backend.waiting(), 0u);
}

}   // namespace
}   // namespace rediserve::api::keys
