#include "rediserve/base/buffer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rediserve {
namespace {

TEST(Buffer, GrowsAndKeepsItsContent)
{
    buffer b;
    std::string expected;
    for (int i = 0; i < 5000; ++i) {
        b.append("ab");
        b.append('c');
        b.append_number(i);
        expected += "abc" + std::to_string(i);
    }
    EXPECT_EQ(b.view(), expected);
}

TEST(Buffer, ReplacesByShorterLongerAndEqual)
{
    buffer b("0123456789");
    b.replace(2, 3, "ab");
    EXPECT_EQ(b.view(), "01ab56789");
    b.replace(2, 2, "ABCD");
    EXPECT_EQ(b.view(), "01ABCD56789");
    b.replace(0, 1, "x");
    EXPECT_EQ(b.view(), "x1ABCD56789");
    b.replace(11, 0, "end");
    EXPECT_EQ(b.view(), "x1ABCD56789end");
}

TEST(Buffer, ConsumesFromTheFront)
{
    buffer b("hello world");
    b.consume(6);
    EXPECT_EQ(b.view(), "world");
    b.consume(5);
    EXPECT_TRUE(b.empty());
}

TEST(Buffer, GivesItsMemoryBack)
{
    buffer b(std::string(100'000, 'x'));
    b.reset();
    EXPECT_EQ(b.capacity(), 0u);
    b.append("again");
    EXPECT_EQ(b.view(), "again");
}

TEST(Payload, ViewsThePartItWasGiven)
{
    payload part(buffer("head|body|rest"), 5, 4);
    EXPECT_EQ(part.view(), "body");
    const payload moved = std::move(part);
    EXPECT_EQ(moved.view(), "body");
}

}   // namespace
}   // namespace rediserve
