#include "rediserve/access/credentials.hpp"

#include <gtest/gtest.h>

namespace rediserve::access {
namespace {

TEST(Credentials, AreABearersToken)
{
    std::string scratch;
    const auto shown = read_credentials("bearer  rds_word ", scratch);
    EXPECT_EQ(shown.bearer, "rds_word");
    EXPECT_FALSE(shown.basic);
}

// RFC 7617, 2 and 2.1
TEST(Credentials, AreUserAndPassword)
{
    std::string scratch;
    const auto shown = read_credentials("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", scratch);
    EXPECT_TRUE(shown.basic);
    EXPECT_EQ(shown.basic_user, "Aladdin");
    EXPECT_EQ(shown.basic_password, "open sesame");
    EXPECT_EQ(shown.bearer, "");
    EXPECT_EQ(read_credentials("basic dGVzdDoxMjPCow==", scratch).basic_password, "123\xC2\xA3");
}

TEST(Credentials, MayLackAUser)
{
    std::string scratch;
    const auto shown = read_credentials("Basic Onc6b3Jk", scratch);   // ":w:ord"
    EXPECT_TRUE(shown.basic);
    EXPECT_EQ(shown.basic_user, "");
    EXPECT_EQ(shown.basic_password, "w:ord");
}

TEST(Credentials, AreNothingInAnotherForm)
{
    for (const auto* header : {
             "",
             "Basic",
             "Basic ",
             "Basic opensesame",
             "Basic d29yZA==",   // no colon
             "Basic Onc6b3J",    // not padded
             "Basic Onc6b3Jk, x",
             "BasicOnc6b3Jk",
             "Digest Onc6b3Jk",
             "Onc6b3Jk",
         }) {
        std::string scratch;
        const auto shown = read_credentials(header, scratch);
        EXPECT_FALSE(shown.basic) << header;
        EXPECT_EQ(shown.bearer, "") << header;
    }
}

}   // namespace
}   // namespace rediserve::access
