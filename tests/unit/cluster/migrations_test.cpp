#include "cluster/migrations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rediserve::cluster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Migrations, AreThoseOfTheNodeThatWasAsked)
{
    const auto read = read_migrations(
        "aaa 10.0.0.1:7000@17000,host master - 0 1 1 connected 0-5 [9->-bbb]\n"
        "bbb 10.0.0.2:7000@17000,host,tls-port=1 myself,master - 0 0 2 connected 6-10 12 [6->-aaa] [77-<-ccc]\n"
        "ccc 10.0.0.3:7000@17000 slave aaa 0 1 1 connected\n"
    );
    ASSERT_TRUE(read);
    EXPECT_THAT(*read, ElementsAre(migration{6, "bbb", "aaa"}, migration{77, "ccc", "bbb"}));
}

TEST(Migrations, AreMostlyNone)
{
    const auto read = read_migrations("aaa :0@0 myself,master - 0 0 0 connected 0-16383\n");
    ASSERT_TRUE(read);
    EXPECT_THAT(*read, IsEmpty());
    EXPECT_TRUE(read_migrations("aaa :0@0 myself,master - 0 0 0 connected"));
}

TEST(Migrations, AreNotReadFromNonsense)
{
    for (const std::string text : {"", "\n\n", "ERR unknown", "aaa 10.0.0.1:7000@17000 master - 0 1 1 connected 0-5\n"})
        EXPECT_FALSE(read_migrations(text)) << text;
    for (const std::string slots :
         {"[", "[]", "[5]", "[5->-]", "[5-<-", "[x->-b]", "[16384->-b]", "[-1->-b]", "[5->b]", "[5-=-b]"})
        EXPECT_FALSE(read_migrations("aaa a:1@2 myself,master - 0 0 0 connected " + slots)) << slots;
}

}   // namespace
}   // namespace rediserve::cluster
