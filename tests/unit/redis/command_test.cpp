#include "rediserve/redis/command.hpp"

#include <gtest/gtest.h>

namespace rediserve::redis {
namespace {

using namespace std::string_literals;

std::string wire(const batch& of)
{
    return std::string(of.head()).append(of.large()).append(of.tail());
}

payload payload_of(std::string_view bytes)
{
    return payload(buffer(bytes));
}

TEST(Batch, EncodesOneCommand)
{
    const auto get = batch::of("GET", "key");
    EXPECT_EQ(get.size(), 1u);
    EXPECT_EQ(wire(get), "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n");
    EXPECT_EQ(get.bytes(), wire(get).size());
    EXPECT_EQ(get.name(0), "GET");
}

TEST(Batch, TakesAnyBytesAndNumbers)
{
    const auto set = batch::of("SET", std::string_view("\0\r\n", 3), -42, "");
    EXPECT_EQ(wire(set), "*4\r\n$3\r\nSET\r\n$3\r\n\0\r\n\r\n$3\r\n-42\r\n$0\r\n\r\n"s);
}

TEST(Batch, KnowsWhereEachCommandBeginsAndEnds)
{
    batch three;
    three.add("MULTI").add("INCR", "n").add("EXEC");
    EXPECT_EQ(three.size(), 3u);
    std::string parts;
    for (std::size_t index = 0; index < three.size(); ++index) {
        const auto whole = wire(three);
        parts += whole.substr(three.start(index), three.end(index) - three.start(index)) + "|";
    }
    EXPECT_EQ(parts, "*1\r\n$5\r\nMULTI\r\n|*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n|*1\r\n$4\r\nEXEC\r\n|");
    EXPECT_EQ(three.name(1), "INCR");
}

TEST(Batch, CarriesALargeArgumentWithoutCopyingIt)
{
    payload value = payload_of(std::string(100'000, 'x'));
    const char* const where = value.view().data();
    batch set;
    set.begin(3).argument(std::string_view("SET")).argument(std::string_view("k")).argument(std::move(value));
    set.add("GET", "k");
    EXPECT_EQ(set.large().data(), where);
    EXPECT_EQ(set.size(), 2u);
    EXPECT_EQ(set.name(1), "GET");
    EXPECT_EQ(
        wire(set),
        "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$100000\r\n" + std::string(100'000, 'x') + "\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"
    );
}

TEST(Batch, GivesItsBytesPieceByPieceAcrossItsParts)
{
    batch set;
    set.begin(3).argument(std::string_view("SET")).argument(std::string_view("k"));
    set.argument(payload_of(std::string(20'000, 'x')));
    const auto whole = wire(set);
    std::string pieces;
    while (pieces.size() < whole.size()) {
        const auto piece = set.from(pieces.size());
        ASSERT_FALSE(piece.empty());
        pieces.append(piece);
    }
    EXPECT_EQ(pieces, whole);
}

TEST(Batch, CountsTheCommandsThatBeginBeforeAnOffset)
{
    EXPECT_EQ(batch().begun(0), 0u);
    const batch one = batch::of("PING");
    EXPECT_EQ(one.begun(0), 0u);
    EXPECT_EQ(one.begun(1), 1u);
    batch two;
    two.add("GET", "k").add("GET", "l");
    EXPECT_EQ(two.begun(two.start(1)), 1u);
    EXPECT_EQ(two.begun(two.start(1) + 1), 2u);
    EXPECT_EQ(two.begun(two.bytes()), 2u);
}

TEST(Batch, CopiesASmallOrASecondLargeArgument)
{
    batch two;
    two.begin(3).argument(std::string_view("SET")).argument(std::string_view("a")).argument(payload_of("small"));
    EXPECT_TRUE(two.large().empty());
    two.begin(3).argument(std::string_view("SET")).argument(std::string_view("b"));
    two.argument(payload_of(std::string(20'000, 'x')));
    two.begin(3).argument(std::string_view("SET")).argument(std::string_view("c"));
    two.argument(payload_of(std::string(30'000, 'y')));
    EXPECT_EQ(two.large().size(), 20'000u);
    EXPECT_EQ(two.size(), 3u);
    EXPECT_NE(wire(two).find("$30000\r\n" + std::string(30'000, 'y') + "\r\n"), std::string::npos);
}

TEST(Batch, TakesCommandsOfAnotherOver)
{
    batch from;
    from.add("GET", "a").begin(3).argument(std::string_view("SET")).argument(std::string_view("b"));
    from.argument(payload_of(std::string(20'000, 'x')));
    from.add("DEL", "c");
    batch to;
    to.append(from, 2).append(from, 1);
    batch expected;
    expected.add("DEL", "c").add("SET", "b", std::string(20'000, 'x'));
    EXPECT_EQ(wire(to), wire(expected));
    EXPECT_EQ(to.size(), 2u);
    EXPECT_EQ(to.start(1), expected.start(1));
}

}   // namespace
}   // namespace rediserve::redis
