// What a consumer of a group reads, and in which order.
#include "api/keys/streams/consumer.hpp"

#include "support/fake_backend.hpp"

#include <gtest/gtest.h>

namespace rediserve::api::streams {
namespace {

using namespace std::chrono_literals;
using test::array;
using test::bulk;

constexpr steady_time noon{std::chrono::hours(12)};

std::string entries(std::initializer_list<std::string_view> ids)
{
    std::vector<std::string> all;
    for (const std::string_view id : ids)
        all.push_back(array({bulk(id), array({bulk("f"), bulk("v")})}));
    return array(all);
}

std::string given(std::initializer_list<std::string_view> ids)
{
    return array({array({bulk("s"), entries(ids)})});
}

class StreamConsumer : public testing::Test
{
protected:
    // Where the next page is read from: an id, ">", or "claim" with the cursor; "" when there is nothing more to read.
    std::string next() const
    {
        if (!reader_.has_more())
            return "";
        const redis::batch command = reader_.command("s");
        std::vector<std::string_view> words;
        command.words(0, words);
        return words[0] == "XAUTOCLAIM" ? "claim " + std::string(words[5]) : std::string(words.back());
    }
    // How many entries there are in a reply.
    std::size_t take(const std::string& reply, steady_time now = noon)
    {
        std::size_t came = 0;
        test::with_reply(reply, [&](const redis::reply_view& read) {
            came = reader_.take(read, now).size();
            return true;
        });
        return came;
    }
    void begin(std::optional<std::chrono::milliseconds> claim = std::nullopt)
    {
        follow_request wish;
        wish.group = "g";
        wish.consumer = "c";
        wish.count = 2;
        wish.claim = claim;
        reader_ = consumer(wish);
    }

    consumer reader_{follow_request()};
};

constexpr std::string_view none = "*-1\r\n";

TEST_F(StreamConsumer, ReadsWhatItHasBeforeWhatIsNew)
{
    begin();
    EXPECT_EQ(next(), "0-0");
    EXPECT_EQ(take(given({"1-0", "2-0"})), 2u);
    EXPECT_EQ(next(), "2-0");
    EXPECT_EQ(take(given({})), 0u);
    EXPECT_EQ(next(), ">");
    EXPECT_EQ(take(given({"3-0"})), 1u);
    EXPECT_EQ(next(), ">");
    EXPECT_EQ(take(std::string(none)), 0u);
    EXPECT_EQ(next(), "");
    reader_.look(noon);
    EXPECT_EQ(next(), ">");
    EXPECT_EQ(reader_.claims_at(), never);
}

TEST_F(StreamConsumer, ReadsAsItsOwnWhatWasLost)
{
    begin();
    take(given({}));
    take(given({"3-0"}));
    reader_.lose();
    EXPECT_EQ(next(), "3-0");
    EXPECT_EQ(take(given({"4-0"})), 1u);
    EXPECT_EQ(next(), "4-0");
    take(given({}));
    EXPECT_EQ(next(), ">");
}

TEST_F(StreamConsumer, ClaimsPageByPageBeforeWhatIsNew)
{
    begin(10s);
    take(given({}));
    EXPECT_EQ(next(), "claim 0-0");
    EXPECT_EQ(take(array({bulk("5-0"), entries({"1-0", "2-0"}), "*0\r\n"})), 2u);
    EXPECT_EQ(next(), "claim 5-0");
    EXPECT_EQ(take(array({bulk("0-0"), entries({"5-0"}), "*0\r\n"})), 1u);
    EXPECT_EQ(next(), ">");
    EXPECT_EQ(reader_.claims_at(), noon + 5s);
    take(std::string(none));
    EXPECT_EQ(next(), "");
    reader_.look(noon + 4s);
    EXPECT_EQ(next(), ">");
    take(std::string(none), noon + 4s);
    reader_.look(noon + 5s);
    EXPECT_EQ(next(), "claim 0-0");
}

// Claimed entries are old: where it stands among its own is not known from them.
TEST_F(StreamConsumer, DoesNotTakeClaimedEntriesForItsLast)
{
    begin(10s);
    take(given({"7-0", "8-0"}));
    take(given({}));
    take(array({bulk("0-0"), entries({"1-0"}), "*0\r\n"}));
    reader_.lose();
    EXPECT_EQ(next(), "8-0");
}

TEST_F(StreamConsumer, ClaimsInTimeThoughMuchIsNew)
{
    begin(10s);
    take(given({}));
    take(array({bulk("0-0"), "*0\r\n", "*0\r\n"}));
    take(given({"1-0", "2-0"}), noon + 1s);
    EXPECT_EQ(next(), ">");
    take(given({"3-0", "4-0"}), noon + 5s);
    EXPECT_EQ(next(), "claim 0-0");
}

TEST_F(StreamConsumer, DoesNotAskForEverWhatIsAnsweredStrangely)
{
    begin(10s);
    take("+what\r\n");
    EXPECT_EQ(take("+what\r\n"), 0u);
    EXPECT_EQ(next(), ">");
    take("+what\r\n");
    EXPECT_EQ(next(), "");
}

TEST_F(StreamConsumer, IsAdmittedForAllThatItMaySend)
{
    begin();
    EXPECT_EQ(reader_.all_commands("s").size(), 1u);
    begin(10s);
    ASSERT_EQ(reader_.all_commands("s").size(), 2u);
    EXPECT_EQ(reader_.all_commands("s").name(1), "XAUTOCLAIM");
}

}   // namespace
}   // namespace rediserve::api::streams
