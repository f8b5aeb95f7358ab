// Where a follower of a stream stands, and whether it has missed anything.
#include "api/keys/streams/form.hpp"
#include "api/keys/streams/history.hpp"

#include "support/fake_backend.hpp"

#include <gtest/gtest.h>

namespace rediserve::api::streams {
namespace {

using test::array;
using test::bulk;

constexpr stream_id id(std::uint64_t milliseconds, std::uint64_t sequence = 0)
{
    return {milliseconds, sequence};
}

history holding(stream_id first, stream_id last, std::int64_t length, std::optional<std::int64_t> added)
{
    return {first, last, length, added, true};
}

TEST(StreamIds, HaveNeighbours)
{
    EXPECT_EQ(after(id(5, 1)), id(5, 2));
    EXPECT_EQ(after(id(5, UINT64_MAX)), id(6));
    EXPECT_EQ(after(stream_id::highest()), stream_id::highest());
    EXPECT_EQ(before(id(5, 1)), id(5));
    EXPECT_EQ(before(id(5)), id(4, UINT64_MAX));
    EXPECT_EQ(before(id(0)), id(0));
    EXPECT_EQ(text_of(id(5, 7)), "5-7");
}

TEST(StreamHistory, IsReadFromWhatRedisSays)
{
    const auto entry = array({bulk("3-0"), array({bulk("f"), bulk("v")})});
    const auto said = array(
        {bulk("length"), ":2\r\n", bulk("last-generated-id"), bulk("9-1"), bulk("entries-added"), ":7\r\n",
         bulk("first-entry"), entry}
    );
    test::with_reply(said, [](const redis::reply_view& reply) {
        const auto found = history::read(reply);
        EXPECT_TRUE(found);
        EXPECT_EQ(found->first, id(3));
        EXPECT_EQ(found->last, id(9, 1));
        EXPECT_EQ(found->length, 2);
        EXPECT_EQ(found->added, 7);
        EXPECT_TRUE(found->exists);
        return true;
    });
}

TEST(StreamHistory, OfOldServersDoesNotSayHowManyThereWere)
{
    test::with_reply(array({bulk("length"), ":2\r\n"}), [](const redis::reply_view& reply) {
        EXPECT_FALSE(history::read(reply)->added);
        return true;
    });
}

TEST(StreamHistory, OfNoKeyIsEmpty)
{
    test::with_reply("-ERR no such key\r\n", [](const redis::reply_view& reply) {
        EXPECT_FALSE(history::read(reply)->exists);
        EXPECT_EQ(history::read(reply)->added, 0);
        return true;
    });
    test::with_reply("+what\r\n", [](const redis::reply_view& reply) {
        EXPECT_FALSE(history::read(reply));
        return true;
    });
}

TEST(StreamGaps, AreNoneWhereWhatWasSeenIsStillThere)
{
    EXPECT_FALSE(has_gap({id(5), {}}, holding(id(5), id(9), 3, 100)));
    EXPECT_FALSE(has_gap({id(5), {}}, holding(id(1), id(9), 3, {})));
    EXPECT_FALSE(has_gap({id(9), {}}, holding(id(1), id(9), 3, 100))) << "nothing is new";
}

TEST(StreamGaps, AreCounted)
{
    EXPECT_FALSE(has_gap({id(5), 10}, holding(id(6), id(9), 3, 13)));
    EXPECT_TRUE(has_gap({id(5), 10}, holding(id(7), id(9), 2, 13)));
    EXPECT_TRUE(has_gap({id(5), 10}, holding({}, id(9), 0, 13))) << "all of it is gone";
}

TEST(StreamGaps, AreAssumedWhereNobodyCanKnow)
{
    EXPECT_TRUE(has_gap({id(5), {}}, holding(id(7), id(9), 2, 13)));
    EXPECT_TRUE(has_gap({id(5), {}}, holding(id(7), id(9), 2, {})));
    EXPECT_FALSE(has_gap({id(5), {}}, holding(id(7), id(9), 2, 2))) << "nothing was ever removed";
}

TEST(StreamGaps, AreNoneForWhoAsksForAllThereIs)
{
    EXPECT_FALSE(has_gap(position::start(), holding(id(7), id(9), 2, 13)));
    EXPECT_TRUE(has_gap({id(0), 0}, holding(id(7), id(9), 2, 13))) << "who has seen nothing of nothing";
    EXPECT_FALSE(has_gap({id(0), 0}, holding(id(7), id(9), 2, 2)));
}

TEST(StreamGaps, AreThereWhenTheStreamHasBegunAnew)
{
    EXPECT_TRUE(has_gap({id(50), 10}, holding(id(7), id(9), 2, 2)));
    EXPECT_TRUE(has_gap({id(50), 10}, history{}));
    EXPECT_FALSE(has_gap({id(0), 0}, history{}));
}

TEST(StreamGaps, AreLeftBehind)
{
    const history now = holding(id(7), id(9), 2, 13);
    EXPECT_EQ(beyond_gap(now), (position{id(6, UINT64_MAX), 11}));
    EXPECT_FALSE(has_gap(beyond_gap(now), now));
    EXPECT_EQ(beyond_gap(history{}), (position{id(0), 0}));
}

std::string event_of(const std::vector<std::string>& fields, const std::vector<std::string>& wanted = {})
{
    std::vector<std::string> bulks;
    for (const auto& each : fields)
        bulks.push_back(bulk(each));
    buffer to;
    test::with_reply(array({bulk("5-1"), array(bulks)}), [&](const redis::reply_view& reply) {
        append_entry(to, reply, wanted);
        return true;
    });
    return std::string(to.view());
}

TEST(StreamEvents, CarryAnEntryAsAnObject)
{
    EXPECT_EQ(event_of({"a", "1", "b\n", "x\ny"}), "id: 5-1\ndata: {\"a\":\"1\",\"b\\n\":\"x\\ny\"}\n\n");
}

TEST(StreamEvents, SayWhenTheirTextsAreBase64)
{
    EXPECT_EQ(event_of({"a", "\xff"}), "id: 5-1\nevent: base64\ndata: {\"YQ==\":\"/w==\"}\n\n");
}

TEST(StreamEvents, CarryWhatIsWanted)
{
    EXPECT_EQ(event_of({"a", "1", "b", "2", "c", "\xff"}, {"b"}), "id: 5-1\ndata: {\"b\":\"2\"}\n\n");
    EXPECT_EQ(event_of({"a", "1"}, {"b"}), "");
}

}   // namespace
}   // namespace rediserve::api::streams
