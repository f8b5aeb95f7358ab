// Many keys against a scripted Redis.
#include "unit/api/keys_test.hpp"

namespace rediserve::api::keys {
namespace {

class KeysOfMany : public KeysDialect
{};

using test::array;
using test::bulk;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string page(std::string_view cursor, const std::vector<std::string>& keys)
{
    std::vector<std::string> elements;
    for (const std::string& key : keys)
        elements.push_back(bulk(key));
    return array({bulk(cursor), array(elements)});
}

TEST_F(KeysOfMany, ListsAPageAndLinksToTheNext)
{
    backend.reply(page("42", {"a", "\xff"}));
    EXPECT_THAT(
        get("/keys?match=u%26*&type=hash&count=5&cursor=s1"),
        Answers(200, R"({"keys":["a",{"base64":"/w=="}],"cursor":"s2a"})")
    );
    EXPECT_EQ(exchange->header("Link"), "</keys?match=u%26%2A&type=hash&count=5&cursor=s2a>; rel=\"next\"");
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("SCAN", "1", "COUNT", "5", "MATCH", "u&*", "TYPE", "hash")));
    EXPECT_TRUE(reads_only());
    backend.reply(page("0", {}));
    EXPECT_THAT(get("/keys"), Answers(200, R"({"keys":[],"cursor":null})"));
    EXPECT_EQ(exchange->header("Link"), "");
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("SCAN", "0", "COUNT", "100")));
}

TEST_F(KeysOfMany, StreamsNoFasterThanTheClientTakes)
{
    exchange = std::make_unique<test::fake_exchange>(
        http::method::get, "/keys", "", header_map{{http::header::accept, "application/x-ndjson"}}
    );
    exchange->takes = false;
    work = dialect->respond(
        {*exchange, access::gate(backend, known_commands, *principal), settings, metrics, *known_commands, known,
         *principal}
    );
    backend.reply(page("7", {"a"}));
    backend.reply(page("9", {}));
    backend.reply(page("0", {"b"}));
    backend.run();
    EXPECT_THAT(backend.batches(), SizeIs(1)) << "the next page was asked for before the first was taken";
    exchange->take();
    backend.run();
    EXPECT_THAT(backend.batches(), SizeIs(3));
    EXPECT_TRUE(exchange->complete());
    EXPECT_EQ(exchange->body(), "0000000c\r\n{\"key\":\"a\"}\n\r\n0000000c\r\n{\"key\":\"b\"}\n\r\n0\r\n\r\n");
}

TEST_F(KeysOfMany, CutsOffAStreamThatCannotBeCompleted)
{
    const header_map lines = {{http::header::accept, "application/x-ndjson"}};
    backend.reply(page("7", {"a"}));
    backend.fail(error(errc::backend_lost, "gone"));
    get("/keys", lines);
    EXPECT_TRUE(exchange->aborted());
    EXPECT_FALSE(exchange->complete());
    backend.fail(error(errc::backend_lost, "gone"));
    EXPECT_THAT(get("/keys", lines), Fails(503, "redis_unavailable"));
}

TEST_F(KeysOfMany, ReadsNothingForTheHeadOfAStream)
{
    EXPECT_THAT(
        send(http::method::head, "/keys", "", {{http::header::accept, "application/x-ndjson"}}), Answers(200, "")
    );
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(KeysOfMany, ReadsNamedKeys)
{
    backend.reply(array({bulk("1"), "$-1\r\n"}));
    EXPECT_THAT(get("/keys?key=a&key=b&key=a"), Answers(200, R"({"values":{"a":"1","b":null}})"));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("MGET", "a", "b")));
    backend.reply(array({bulk("\xff"), "$-1\r\n"}));
    EXPECT_THAT(
        get("/keys?key=a&key=b"), Answers(200, R"({"values":{"YQ==":"/w==","Yg==":null},"encoding":"base64"})")
    );
    EXPECT_THAT(get("/keys?key=a&count=5"), Fails(400, "bad_request"));
    EXPECT_THAT(get("/keys?key="), Fails(400, "bad_request"));
}

TEST_F(KeysOfMany, StoresADocumentOfStrings)
{
    backend.reply("+OK\r\n");
    EXPECT_THAT(put("/keys", R"({"a":"1","b":"é"})"), Answers(200, R"({"stored":2})"));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("MSET", "a", "1", "b", "é")));
    EXPECT_FALSE(reads_only());
    for (const auto* document : {"", "[]", R"({"a":1})", R"({"a":null})", R"({"a":"1","a":"2"})", R"({"":"v"})"})
        EXPECT_THAT(put("/keys", document), Fails(400, "bad_request")) << document;
    EXPECT_THAT(put("/keys", "{}"), Answers(200, R"({"stored":0})"));
}

TEST_F(KeysOfMany, DeletesNamedKeysOnly)
{
    backend.reply(":1\r\n");
    EXPECT_THAT(send(http::method::delete_, "/keys?key=a&key=b"), Answers(200, R"({"deleted":1})"));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("UNLINK", "a", "b")));
    EXPECT_THAT(send(http::method::delete_, "/keys"), Fails(400, "bad_request"));
}

}   // namespace
}   // namespace rediserve::api::keys
