#include "api/upstash/json_reply.hpp"
#include "api/upstash/resp_reply.hpp"
#include "support/fake_backend.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace rediserve::api::upstash {
namespace {

using namespace std::string_literals;
using test::array;
using test::bulk;

// Hands the one reply that `resp` holds to `render` while it is alive.
class rendering final : public redis::reply_sink
{
public:
    using renderer = std::function<void(buffer&, const redis::reply_view&)>;

    explicit rendering(renderer render) : render_(std::move(render)) {}

    std::string of(std::string_view resp)
    {
        test::fake_backend backend;
        backend.reply(resp);
        EXPECT_TRUE(backend.submit(redis::batch::of("PING"), {}, *this));
        backend.run();
        return std::string(to_.view());
    }

    void on_reply(const redis::reply_view& reply, std::size_t) noexcept override { render_(to_, reply); }
    void on_failure(error) noexcept override { ADD_FAILURE(); }

private:
    renderer render_;
    buffer to_;
};

std::string plain(std::string_view resp)
{
    return rendering([](buffer& to, const redis::reply_view& reply) { append_result(to, reply, encoding::text); }
    ).of(resp);
}

std::string base64(std::string_view resp)
{
    return rendering([](buffer& to, const redis::reply_view& reply) { append_result(to, reply, encoding::base64); }
    ).of(resp);
}

std::string as_resp(std::string_view resp)
{
    return rendering(append_resp).of(resp);
}

struct vector
{
    std::string resp;
    std::string plain;
    std::string base64;
};

TEST(UpstashJsonReply, WritesEveryKindOfReply)
{
    const vector vectors[] = {
        {"+OK\r\n", R"({"result":"OK"})", R"({"result":"OK"})"},
        {"+PONG\r\n", R"({"result":"PONG"})", R"({"result":"UE9ORw=="})"},
        {bulk("bar"), R"({"result":"bar"})", R"({"result":"YmFy"})"},
        {bulk("OK"), R"({"result":"OK"})", R"({"result":"T0s="})"},
        {bulk(""), R"({"result":""})", R"({"result":""})"},
        {":9007199254740993\r\n", R"({"result":9007199254740993})", R"({"result":9007199254740993})"},
        {":-9223372036854775808\r\n", R"({"result":-9223372036854775808})", R"({"result":-9223372036854775808})"},
        {"$-1\r\n", R"({"result":null})", R"({"result":null})"},
        {"*-1\r\n", R"({"result":null})", R"({"result":null})"},
        {"*0\r\n", R"({"result":[]})", R"({"result":[]})"},
        {array({bulk("a"), "*0\r\n", "$-1\r\n", ":1\r\n"}), R"({"result":["a",[],null,1]})",
         R"({"result":["YQ==",[],null,1]})"},
        {"-WRONGTYPE Operation against\r\n", R"({"error":"WRONGTYPE Operation against"})",
         R"({"error":"WRONGTYPE Operation against"})"},
        {array({"-ERR no\r\n"}), R"({"result":["ERR no"]})", R"({"result":["RVJSIG5v"]})"},
    };
    for (const vector& one : vectors) {
        EXPECT_EQ(plain(one.resp), one.plain);
        EXPECT_EQ(base64(one.resp), one.base64);
    }
}

TEST(UpstashJsonReply, EncodesOkWithinArrays)
{
    const std::string resp = array({"+OK\r\n", ":1\r\n", "$-1\r\n", array({bulk("x"), "+OK\r\n"})});
    EXPECT_EQ(base64(resp), R"({"result":["T0s=",1,null,["eA==","T0s="]]})");
    EXPECT_EQ(plain(resp), R"({"result":["OK",1,null,["x","OK"]]})");
}

TEST(UpstashJsonReply, EscapesTextAndReplacesWhatIsNoUtf8)
{
    EXPECT_EQ(plain(bulk("a\"\\\n\x01\0\u00fc"s)), "{\"result\":\"a\\\"\\\\\\n\\u0001\\u0000\u00fc\"}");
    EXPECT_EQ(plain(bulk("\xFF\xFE")), "{\"result\":\"\uFFFD\uFFFD\"}");
    EXPECT_EQ(base64(bulk("\xFF\xFE")), R"({"result":"//4="})");
    EXPECT_EQ(base64(bulk("\xF0\x9F\x98\x80\0"s)), R"({"result":"8J+YgAA="})");
    EXPECT_EQ(plain(bulk("a\xC3")), "{\"result\":\"a\uFFFD\"}");
    EXPECT_EQ(
        plain(bulk("\"\xE2\x82x\u20ac\xF0\x9F\x98")), "{\"result\":\"\\\"\uFFFD\uFFFDx\u20ac\uFFFD\uFFFD\uFFFD\"}"
    );
    EXPECT_EQ(plain("-ERR unknown command '\xFF'\r\n"), "{\"error\":\"ERR unknown command '\uFFFD'\"}");
}

TEST(UpstashJsonReply, WritesLargeValuesWhole)
{
    const std::string large(3'000'000, 'a');
    std::string encoded;
    for (std::size_t i = 0; i < large.size() / 3; ++i)
        encoded += "YWFh";
    EXPECT_EQ(base64(bulk(large)), "{\"result\":\"" + encoded + "\"}");
    EXPECT_EQ(plain(bulk(large)), "{\"result\":\"" + large + "\"}");
}

TEST(UpstashJsonReply, WritesDeepNesting)
{
    constexpr std::size_t depth = 127;   // the link lets nothing deeper through
    std::string resp;
    for (std::size_t i = 0; i < depth; ++i)
        resp += "*1\r\n";
    resp += ":1\r\n";
    EXPECT_EQ(plain(resp), "{\"result\":" + std::string(depth, '[') + "1" + std::string(depth, ']') + "}");
}

TEST(UpstashJsonReply, CompletesValkeysNoscript)
{
    const std::string whole = R"({"error":"NOSCRIPT No matching script. Please use EVAL."})";
    EXPECT_EQ(plain("-NOSCRIPT No matching script.\r\n"), whole);
    EXPECT_EQ(plain("-NOSCRIPT No matching script. Please use EVAL.\r\n"), whole);
    EXPECT_EQ(as_resp("-NOSCRIPT No matching script.\r\n"), "-NOSCRIPT No matching script. Please use EVAL.\r\n");
}

TEST(UpstashJsonReply, WritesErrorsOfTheGateway)
{
    buffer to;
    append_error(to, "ERR unsupported arg type: \"[\": json.Delim");
    EXPECT_EQ(to.view(), R"({"error":"ERR unsupported arg type: \"[\": json.Delim"})");
}

TEST(UpstashJsonReply, TakesAReplyThatIsNoneForNil)
{
    buffer to;
    append_result(to, redis::reply_view(), encoding::text);
    EXPECT_EQ(to.view(), R"({"result":null})");
}

TEST(UpstashRespReply, SaysWhatRedisSaid)
{
    for (const std::string& resp :
         {"+OK\r\n"s, "+PONG\r\n"s, bulk("bar"), bulk(""), bulk("a\r\nb\0\xFF"s), ":-12\r\n"s, "$-1\r\n"s, "*-1\r\n"s,
          "*0\r\n"s, "-ERR no such thing\r\n"s,
          array({bulk("a"), array({"+OK\r\n", ":1\r\n", "-ERR x\r\n"}), "$-1\r\n"})})
        EXPECT_EQ(as_resp(resp), resp);
}

TEST(UpstashRespReply, KeepsErrorsInOneLine)
{
    buffer to;
    append_resp_error(to, "ERR bad\r\n+OK");
    EXPECT_EQ(to.view(), "-ERR bad  +OK\r\n");
}

}   // namespace
}   // namespace rediserve::api::upstash
