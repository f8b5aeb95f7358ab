#include "redis/reply_reader.hpp"

#include "redis/hiredis_memory.hpp"
#include "rediserve/redis/reply.hpp"
#include "support/process.hpp"

#include <gtest/gtest.h>
#include <hiredis/hiredis.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::redis {
namespace {

using texts = std::vector<std::string>;

std::string text_of(const reply_view& reply)
{
    std::string all;
    switch (reply.kind()) {
    case reply_kind::string: return std::string(reply.text());
    case reply_kind::status: return "+" + std::string(reply.text());
    case reply_kind::error: return "-" + std::string(reply.text());
    case reply_kind::integer: return ":" + std::to_string(reply.integer());
    case reply_kind::nil: return reply.is_nil_array() ? "(nil array)" : "(nil)";
    case reply_kind::number: return "," + std::string(reply.text());
    case reply_kind::boolean: return reply.boolean() ? "#t" : "#f";
    case reply_kind::big_number: return "(" + std::string(reply.text());
    case reply_kind::attributed: return "|" + text_of(reply.attributes()) + text_of(reply.value());
    case reply_kind::verbatim: return "=" + std::string(reply.text_format()) + ":" + std::string(reply.text());
    case reply_kind::map:
    case reply_kind::set:
    case reply_kind::array: break;
    default: return "(other)";
    }
    for (std::size_t i = 0; i < reply.size(); ++i)
        all += (i > 0 ? " " : "") + text_of(reply[i]);
    return "[" + all + "]";
}

std::string bulk(const std::string& text)
{
    return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

// A connection's reading half: replies come out as texts, "TOO LARGE" for those that were.
class reading
{
public:
    explicit reading(std::size_t most, bool attributes = false)
    {
        if (attributes)
            replies.expect_attributes();
        replies.attach(*reader);
        replies.owe(100);
        if (most > 0)
            replies.limit(most);
    }

    void feed(std::string_view bytes)
    {
        replies.feed(bytes);
        while (void* const got = replies.next()) {
            const std::unique_ptr<void, decltype(&freeReplyObject)> reply(got, freeReplyObject);
            const auto* const whole = static_cast<const redisReply*>(got);
            told.push_back(replies.oversized() ? "TOO LARGE" : text_of(reply_view(whole)));
        }
        most_held = std::max(most_held, reader->len);
    }

    reply_reader replies;
    std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader{redisReaderCreate(), redisReaderFree};
    texts told;
    std::size_t most_held = 0;
};

// All at once; in two pieces, cut anywhere; byte by byte: the outcome must be the same.
texts read(const std::string& stream, std::size_t most, bool attributes = false)
{
    reading whole(most, attributes);
    whole.feed(stream);
    const auto expect_same = [&](const reading& other, std::size_t cut) {
        EXPECT_EQ(other.told, whole.told) << "cut at " << cut << ", at most " << most;
        EXPECT_EQ(other.reader->err, whole.reader->err) << "cut at " << cut << ", at most " << most;
        EXPECT_EQ(other.replies.unread(), whole.replies.unread()) << "cut at " << cut << ", at most " << most;
    };
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
        reading halves(most, attributes);
        halves.feed(std::string_view(stream).substr(0, cut));
        halves.feed(std::string_view(stream).substr(cut));
        expect_same(halves, cut);
    }
    reading bytes(most, attributes);
    for (const char& one : stream)
        bytes.feed({&one, 1});
    expect_same(bytes, 0);
    return whole.told;
}

TEST(ReplyReader, ReadsEverythingWithoutALimit)
{
    EXPECT_EQ(
        read(bulk("abc") + "*2\r\n" + bulk("a\r\nb") + "*-1\r\n:7\r\n$-1\r\n-ERR no\r\n", 0),
        texts({"abc", "[a\r\nb (nil array)]", ":7", "(nil)", "-ERR no"})
    );
}

TEST(ReplyReader, KeepsATextUpToTheLimitAndNoneBeyond)
{
    EXPECT_EQ(read(bulk("12345") + "+PONG\r\n", 5), texts({"12345", "+PONG"}));
    EXPECT_EQ(read(bulk("123456") + "+PONG\r\n", 5), texts({"TOO LARGE", "+PONG"}));
    EXPECT_EQ(read(bulk("") + bulk("") + bulk("1"), 1), texts({"", "", "1"}));
    EXPECT_EQ(read(bulk("$3\r\nabc\r\n*1\r\n") + bulk("x"), 5), texts({"TOO LARGE", "x"}))
        << "text that looks like replies";
}

TEST(ReplyReader, ReadsTheTypesOfRESP3)
{
    const std::string all = "%1\r\n+a\r\n,1.5\r\n~2\r\n#t\r\n#f\r\n(123456789012345678901\r\n=7\r\ntxt:abc\r\n_\r\n";
    EXPECT_EQ(read(all, 0), texts({"[+a ,1.5]", "[#t #f]", "(123456789012345678901", "=txt:abc", "(nil)"}));
    EXPECT_EQ(read(all, 10000), read(all, 0));
}

TEST(ReplyReader, ReadsAttributes)
{
    const std::string popular = "|1\r\n+popular\r\n*1\r\n" + bulk("k|1\r\n");
    const std::string told = "|[+popular [k|1\r\n]]";
    EXPECT_EQ(read(popular + "*1\r\n:1\r\n:2\r\n", 0, true), texts({told + "[:1]", ":2"}));
    EXPECT_EQ(read(popular + "-ERR x\r\n+OK\r\n", 1000, true), texts({told + "-ERR x", "+OK"}));
    EXPECT_EQ(
        read("*3\r\n:1\r\n" + popular + bulk("a") + "*2\r\n:3\r\n:4\r\n:5\r\n", 0, true),
        texts({"[:1 " + told + "a [:3 :4]]", ":5"})
    );
    EXPECT_EQ(
        read("|0\r\n%1\r\n" + popular + "+a\r\n" + popular + "_\r\n+|x\r\n=5\r\ntxt:|\r\n", 0, true),
        texts({"|[][" + told + "+a " + told + "(nil)]", "+|x", "=txt:|"})
    );
    EXPECT_EQ(
        read("|1\r\n+a\r\n" + popular + "_\r\n|0\r\n$-1\r\n" + bulk("") + "*0\r\n|0\r\n*-1\r\n", 0, true),
        texts({"|[+a " + told + "(nil)]|[](nil)", "", "[]", "|[](nil array)"})
    );
}

TEST(ReplyReader, LimitsAttributes)
{
    const std::size_t cost = reply_reader::element_cost;
    const std::string small = "|1\r\n+a\r\n+b\r\n";
    EXPECT_EQ(
        read(small + bulk("123456") + "|0\r\n:1\r\n", 4 * cost + 8, true), texts({"|[+a +b]123456", "TOO LARGE"})
    );
    for (const std::size_t most :
         std::initializer_list<std::size_t>{1, cost, 2 * cost, 3 * cost, 4 * cost, 4 * cost + 7})
        EXPECT_EQ(read(small + bulk("123456") + "#t\r\n", most, true), texts({"TOO LARGE", "#t"})) << most;
}

TEST(ReplyReader, RefusesAttributesWithoutEnd)
{
    reading endless(0, true);
    for (int i = 0; i < 1000; ++i)
        endless.feed("|0\r\n");
    EXPECT_STREQ(endless.replies.nonsense(), "a reply that is nested too deep");
    reading unasked(0, true);
    for (int i = 0; i < 100; ++i)
        unasked.replies.paid();
    unasked.feed("|0\r\n:1\r\n");
    EXPECT_STREQ(unasked.replies.nonsense(), "a reply that nothing asked for");
}

TEST(ReplyReader, LimitsTheTypesOfRESP3)
{
    EXPECT_EQ(read("%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n#t\r\n", 255), texts({"TOO LARGE", "#t"})) << "4 elements";
    EXPECT_EQ(read("~1\r\n" + bulk(std::string(100, 'x')) + "#t\r\n", 100), texts({"TOO LARGE", "#t"}));
    EXPECT_EQ(read("=104\r\ntxt:" + std::string(100, 'x') + "\r\n#t\r\n", 50), texts({"TOO LARGE", "#t"}));
    EXPECT_EQ(read("(" + std::string(3000, '7') + "\r\n#t\r\n", 50), texts({"TOO LARGE", "#t"}));
    reading endless(50);
    endless.feed("(");
    for (int i = 0; i < 100; ++i)
        endless.feed(std::string(1000, '7'));
    EXPECT_LT(endless.most_held, 10000U);
}

TEST(ReplyReader, CountsWhatIsKeptOverABatch)
{
    EXPECT_EQ(
        read(bulk("1234") + bulk("12345") + bulk("123456") + bulk("1"), 10), texts({"1234", "12345", "TOO LARGE", "1"})
    );
    EXPECT_EQ(
        read(bulk("12345") + bulk("67890") + bulk("1") + bulk(""), 10), texts({"12345", "67890", "TOO LARGE", ""})
    );
}

TEST(ReplyReader, BeginsAnewWithEachBatch)
{
    reading one(5);
    one.feed(bulk("12345"));
    one.replies.limit(5);
    one.feed(bulk("12345"));
    one.replies.limit(0);
    one.feed(bulk("1234567890"));
    EXPECT_EQ(one.told, texts({"12345", "12345", "1234567890"}));
}

TEST(ReplyReader, CountsElementsToo)
{
    const std::size_t cost = reply_reader::element_cost;
    const std::string pair = "*2\r\n:1\r\n" + bulk("ab");
    EXPECT_EQ(read(pair + ":3\r\n", 2 * cost + 2), texts({"[:1 ab]", ":3"}));
    EXPECT_EQ(read(pair + ":3\r\n", 2 * cost + 1), texts({"TOO LARGE", ":3"}));
    EXPECT_EQ(read(pair + ":3\r\n", 2 * cost - 1), texts({"TOO LARGE", ":3"}));
}

TEST(ReplyReader, GoesThroughWhatItDoesNotKeep)
{
    const std::string nested =
        "*3\r\n*2\r\n" + bulk("ab") + "*1\r\n" + bulk("cdefgh") + "*-1\r\n*2\r\n$-1\r\n-ERR x\r\n";
    for (const std::size_t most : std::initializer_list<std::size_t>{1, 64, 192, 193, 320, 322, 324, 384, 390, 512})
        EXPECT_EQ(read(nested + nested + bulk("z"), most).back(), "z") << most;
    EXPECT_EQ(read(nested, 1000), texts({"[[ab [cdefgh]] (nil array) [(nil) -ERR x]]"}));
    EXPECT_EQ(read("*0\r\n*-1\r\n" + nested, 1), texts({"[]", "(nil array)", "TOO LARGE"}));
}

TEST(ReplyReader, TellsShortErrorsWhateverIsLeft)
{
    EXPECT_EQ(
        read(bulk("123") + "-WRONGTYPE Operation\r\n+OK\r\n" + bulk("1"), 3),
        texts({"123", "-WRONGTYPE Operation", "+OK", "TOO LARGE"})
    );
}

TEST(ReplyReader, LetsLongLinesGo)
{
    const std::string line(1500, 'x');
    EXPECT_EQ(read("-" + line + "\r\n+OK\r\n", 1499), texts({"TOO LARGE", "+OK"}));
    EXPECT_EQ(read("-" + line + "\r\n+OK\r\n", 1500), texts({"-" + line, "+OK"}));
    EXPECT_EQ(read("*1\r\n+" + line + "\r\n+OK\r\n", 100), texts({"TOO LARGE", "+OK"}));
    reading long_one(10);
    long_one.feed("-");
    for (int i = 0; i < 1000; ++i)
        long_one.feed(line);
    long_one.feed("\r\n:1\r\n");
    EXPECT_EQ(long_one.told, texts({"TOO LARGE", ":1"}));
    EXPECT_LT(long_one.most_held, 4096u);
}

TEST(ReplyReader, ReadsTheTypesOfResp3)
{
    EXPECT_EQ(read("=8\r\ntxt:abcd\r\n:1\r\n", 3), texts({"TOO LARGE", ":1"}));
    EXPECT_EQ(read("%1\r\n" + bulk("a") + "~1\r\n,1.5\r\n:1\r\n", 20), texts({"TOO LARGE", ":1"}));
    EXPECT_EQ(read("%1\r\n#t\r\n_\r\n(123456789012345678901234567890\r\n:1\r\n", 20).back(), ":1");
    reading pushed(10);
    pushed.feed(">2\r\n" + bulk("invalidate") + bulk("abc") + bulk("12345"));
    EXPECT_EQ(pushed.told, texts({"TOO LARGE", "12345"})) << "a push counts nothing once it is over";
}

TEST(ReplyReader, HoldsNextToNothingOfALargeText)
{
    constexpr std::size_t size = 64 << 20;
    const std::string piece(1024, 'x');
    reading large(1000);
    large.feed("*2\r\n$" + std::to_string(size) + "\r\n");
    EXPECT_EQ(large.replies.unread(), size + 2);
    for (std::size_t fed = 0; fed < size; fed += piece.size())
        large.feed(piece);
    EXPECT_EQ(large.told, texts());
    large.feed("\r\n" + bulk("last") + bulk("next"));
    EXPECT_EQ(large.told, texts({"TOO LARGE", "next"}));
    EXPECT_EQ(large.replies.unread(), 0u);
    EXPECT_LT(large.most_held, 1024u);
}

TEST(ReplyReader, TakesNoMemoryForElementsThatMayNeverCome)
{
    reading announced(1000);
    announced.feed("*4294967295\r\n:1\r\n");
    EXPECT_EQ(announced.told, texts());
    EXPECT_EQ(announced.reader->err, 0) << announced.reader->errstr;
}

TEST(ReplyReader, KeepsNothingThatNobodyWaitsFor)
{
    reading left(0);
    left.feed("*3\r\n*1\r\n" + bulk("abc") + "$1000\r\nabc");
    left.replies.drop();
    left.feed("d");
    EXPECT_EQ(left.replies.unread(), 998u);
    left.feed(std::string(996, 'x') + "\r\n" + bulk("last") + bulk("of the same batch"));
    left.replies.limit(0);
    left.feed(bulk("of another"));
    EXPECT_EQ(left.told, texts({"TOO LARGE", "TOO LARGE", "of another"}));
}

TEST(ReplyReader, StaysSafeWhenTheLimitEndsAmidAReply)
{
    reading one(1);
    one.feed("*2\r\n*1\r\n");
    one.replies.limit(0);
    one.feed(bulk("abc") + bulk("def") + bulk("whole"));
    EXPECT_EQ(one.told, texts({"TOO LARGE", "whole"}));
}

TEST(ReplyReader, RefusesNonsenseWithALimitToo)
{
    std::string deep;
    for (int depth = 0; depth < 1000; ++depth)
        deep += "*1\r\n";
    for (std::size_t most : {std::size_t{0}, std::size_t{1}, std::size_t{1} << 20}) {
        reading nested(most);
        nested.feed(deep);
        EXPECT_STREQ(nested.replies.nonsense(), "a reply that is nested too deep") << most;
        EXPECT_NE(nested.reader->err, 0) << most;
    }
    EXPECT_EQ(read("$3x\r\nabc\r\n", 1), texts());
    EXPECT_EQ(read("$-7\r\n", 1), texts());
    EXPECT_EQ(read("$99999999999999999999\r\n", 1), texts());
}

TEST(ReplyReader, AnAnnouncedArrayTouchesNoMemory)
{
    if (!hiredis_memory_is_kept())
        GTEST_SKIP() << "a sanitizer brings an allocator of its own, which may write what it gives";
    const std::size_t before = test::resident_bytes(::getpid());
    reading one(0);
    one.feed("*50000000\r\n:1\r\n");
    EXPECT_EQ(one.reader->err, 0);
    EXPECT_LT(test::resident_bytes(::getpid()), before + (std::size_t{100} << 20));
}

TEST(ReplyReader, SaysWhatTheLimitIs)
{
    reading one(1234);
    EXPECT_TRUE(one.replies.refusal().starts_with("ERR max reply size exceeded. Limit: 1234 bytes."));
}

}   // namespace
}   // namespace rediserve::redis
