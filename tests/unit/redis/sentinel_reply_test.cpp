#include "redis/sentinel_reply.hpp"

#include "redis/demotion.hpp"

#include <hiredis/hiredis.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace rediserve::redis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// What hiredis makes of the bytes.
class read_reply
{
public:
    explicit read_reply(std::string_view resp)
    {
        const std::unique_ptr<redisReader, void (*)(redisReader*)> reader(redisReaderCreate(), redisReaderFree);
        redisReaderFeed(reader.get(), resp.data(), resp.size());
        void* made = nullptr;
        EXPECT_EQ(redisReaderGetReply(reader.get(), &made), REDIS_OK);
        reply_.reset(made);
        EXPECT_TRUE(reply_) << resp;
    }
    operator reply_view() const { return reply_view(static_cast<const redisReply*>(reply_.get())); }

private:
    std::unique_ptr<void, void (*)(void*)> reply_{nullptr, freeReplyObject};
};

std::string array_of(const std::vector<std::string>& texts)
{
    std::string resp = "*" + std::to_string(texts.size()) + "\r\n";
    for (const auto& text : texts)
        resp += "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
    return resp;
}

TEST(SentinelReply, TellsWhereTheMasterIs)
{
    EXPECT_EQ(master_in(read_reply(array_of({"10.0.0.1", "6379"}))), (place{"10.0.0.1", 6379}));
    EXPECT_EQ(master_in(read_reply(array_of({"::1", "1"}))), (place{"::1", 1}));
    EXPECT_EQ(master_in(read_reply(array_of({"redis.example", "65535"}))), (place{"redis.example", 65535}));
}

TEST(SentinelReply, TellsNothingWhenItMakesNoSense)
{
    for (const auto& resp :
         {std::string("*-1\r\n"), std::string("-ERR no\r\n"), std::string("$2\r\nok\r\n"), array_of({}),
          array_of({"h"}), array_of({"h", "0"}), array_of({"h", "65536"}), array_of({"h", "x"}), array_of({"", "1"}),
          array_of({"h", "1", "2"}), std::string("*2\r\n:1\r\n:2\r\n")})
        EXPECT_FALSE(master_in(read_reply(resp))) << resp;
}

TEST(SentinelReply, NamesTheOthers)
{
    const auto one = array_of({"name", "x", "ip", "10.0.0.1", "port", "26379", "flags", "sentinel"});
    const auto odd = array_of({"name", "x", "ip"});
    const auto two = array_of({"port", "2", "ip", "two"});
    EXPECT_THAT(
        sentinels_in(read_reply("*4\r\n" + one + odd + two + ":1\r\n")),
        ElementsAre(place{"10.0.0.1", 26379}, place{"two", 2})
    );
    EXPECT_THAT(sentinels_in(read_reply("*0\r\n")), IsEmpty());
    EXPECT_THAT(sentinels_in(read_reply("-ERR No such master with that name\r\n")), IsEmpty());
}

TEST(SentinelReply, TellsOfASwitch)
{
    const auto message = [](const std::string& text) { return array_of({"message", "+switch-master", text}); };
    EXPECT_EQ(
        switch_in(read_reply(message("mymaster 10.0.0.1 1 10.0.0.2 2")), "mymaster"),
        (master_switch{{"10.0.0.1", 1}, {"10.0.0.2", 2}})
    );
    for (const auto* const text :
         {"other 10.0.0.1 1 10.0.0.2 2", "mymaster 10.0.0.1 1 10.0.0.2", "mymaster 10.0.0.1 1 10.0.0.2 x",
          "mymaster 10.0.0.1 1 10.0.0.2 2 3", "mymaster", "", "    "})
        EXPECT_FALSE(switch_in(read_reply(message(text)), "mymaster")) << text;
    EXPECT_FALSE(switch_in(read_reply(array_of({"pong", ""})), "mymaster"));
    EXPECT_FALSE(switch_in(read_reply("*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n"), "mymaster"));
}

TEST(Demotion, IsToldByTheErrorsOfAReplica)
{
    for (const auto* const resp :
         {"-READONLY You can't write against a read only replica.\r\n", "-MASTERDOWN Link with MASTER is down\r\n",
          "-EXECABORT Transaction discarded because of: READONLY You can't write\r\n"})
        EXPECT_TRUE(tells_demotion(read_reply(resp))) << resp;
    for (const auto* const resp :
         {"-ERR READONLY\r\n", "-EXECABORT Transaction discarded because of previous errors.\r\n", "+READONLY\r\n",
          "$8\r\nREADONLY\r\n", "-READONLYISH x\r\n"})
        EXPECT_FALSE(tells_demotion(read_reply(resp))) << resp;
}

TEST(Demotion, UndoesWhatCannotHaveRunInPart)
{
    EXPECT_TRUE(is_undone_by_demotion(batch::of("SET", "k", "v")));
    batch transaction = batch::of("MULTI");
    transaction.add("SET", "k", "v").add("EVAL", "x", 0).add("EXEC");
    EXPECT_TRUE(is_undone_by_demotion(transaction));
    batch pipeline = batch::of("SET", "k", "v");
    pipeline.add("SET", "k", "v");
    EXPECT_FALSE(is_undone_by_demotion(pipeline));
    for (const auto* const script : {"EVAL", "evalsha", "FCALL"})
        EXPECT_FALSE(is_undone_by_demotion(batch::of(script, "x", 0))) << "its answer may be its own invention";
    EXPECT_FALSE(is_undone_by_demotion(batch())) << "nothing is left to send again";
}

}   // namespace
}   // namespace rediserve::redis
