#include "api/accept.hpp"

#include <gtest/gtest.h>

#include <array>

namespace rediserve::api {
namespace {

constexpr std::array<std::string_view, 2> offered = {"application/json", "application/octet-stream"};

std::size_t best(std::string_view accept)
{
    return negotiate(accept, offered);
}

TEST(Accept, GivesTheUsualFormWhenNothingIsAskedFor)
{
    EXPECT_EQ(best(""), 0u);
    EXPECT_EQ(best("*/*"), 0u);
    EXPECT_EQ(best("application/*"), 0u);
}

TEST(Accept, GivesTheUsualFormRatherThanNone)
{
    EXPECT_EQ(best("image/png"), 0u);
    EXPECT_EQ(best("application/octet-stream;q=0"), 0u);
    EXPECT_EQ(best(",,;;q="), 0u);
}

TEST(Accept, TakesWhatIsNamed)
{
    EXPECT_EQ(best("application/octet-stream"), 1u);
    EXPECT_EQ(best("Application/Octet-Stream"), 1u);
    EXPECT_EQ(best("text/html, application/octet-stream"), 1u);
}

TEST(Accept, WeighsQualities)
{
    EXPECT_EQ(best("application/json;q=0.5, application/octet-stream;q=0.501"), 1u);
    EXPECT_EQ(best("application/json;q=0.9, application/octet-stream;q=0.8"), 0u);
    EXPECT_EQ(best("application/octet-stream;q=0.1, */*;q=0.2"), 0u);
    EXPECT_EQ(best("*/*;q=0.1, application/octet-stream"), 1u);
    EXPECT_EQ(best("application/json;q=0, */*"), 1u);
}

TEST(Accept, PrefersTheMoreSpecificRange)
{
    EXPECT_EQ(best("application/*;q=0.1, application/octet-stream;q=0.2"), 1u);
    EXPECT_EQ(best("application/octet-stream;q=0.2, application/*;q=0.9"), 0u);
}

TEST(MediaType, IsWithoutParameters)
{
    EXPECT_EQ(media_type("text/plain; charset=utf-8"), "text/plain");
    EXPECT_EQ(media_type(" text/plain "), "text/plain");
    EXPECT_EQ(media_type(""), "");
}

}   // namespace
}   // namespace rediserve::api
