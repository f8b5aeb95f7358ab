// The router of the keys dialect, and what is offered where.
#include "api/keys/offers.hpp"
#include "api/keys/resource.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <set>

namespace rediserve::api::keys {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Resource, IsFoundByItsPath)
{
    EXPECT_EQ(locate("/keys", "/keys")->place, place::keys);
    EXPECT_EQ(locate("/keys/a%2Fb", "/keys")->key, "a%2Fb");
    EXPECT_EQ(locate("/keys/k/incr", "/keys")->place, place::incr);
    EXPECT_EQ(locate("/keys/k/append", "/keys")->place, place::append);
    EXPECT_EQ(locate("/v1/keys/..", "/v1/keys")->key, "..");
    EXPECT_EQ(locate("/k", "")->key, "k");
}

TEST(Resource, IsAPartOfAKey)
{
    EXPECT_EQ(locate("/keys/k/fields", "/keys")->place, place::fields);
    EXPECT_EQ(locate("/keys/fields/fields/fields", "/keys")->place, place::field);
    EXPECT_EQ(locate("/keys/k/fields/a%2Fb", "/keys")->part, "a%2Fb");
    EXPECT_EQ(locate("/keys/k/fields/incr/incr", "/keys")->place, place::field_incr);
    EXPECT_EQ(locate("/keys/k/items/-1", "/keys")->part, "-1");
    EXPECT_EQ(locate("/keys/k/members/m", "/keys")->place, place::member);
    EXPECT_EQ(locate("/keys/k/scores/m/incr", "/keys")->place, place::score_incr);
    EXPECT_EQ(locate("/keys/k/scores/m/incr", "/keys")->part, "m");
    EXPECT_EQ(locate("/keys/k/entries/1-0", "/keys")->place, place::entry);
    const auto empty = locate("/keys/k/fields/", "/keys");
    EXPECT_EQ(empty->place, place::field);
    EXPECT_EQ(empty->part, "");
    EXPECT_EQ(locate("/keys/k/fields//incr", "/keys")->place, place::field_incr);
}

TEST(Resource, IsNotFoundByOtherWords)
{
    for (const auto* path :
         {"/keys/user/1", "/keys/k/", "/keys/k/incr/", "/keys/k/Incr", "/keys/k/incr/x", "/keys/k/field",
          "/keys/k/fields/f/", "/keys/k/fields/f/append", "/keys/k/fields/f/incr/", "/keys/k/fields/a/b/incr",
          "/keys/k/items/0/incr", "/keys/k/members/m/incr", "/keys/k/entries/1-0/f"}) {
        const auto found = locate(path, "/keys");
        ASSERT_FALSE(found) << path;
        EXPECT_EQ(found.error().code, errc::unknown_resource) << path;
        EXPECT_THAT(found.error().detail, AllOf(HasSubstr("%2F"), HasSubstr("fields"), HasSubstr("append")));
    }
    for (const auto* path : {"/keys/", "/keys//incr", "/keys//fields/f"})
        EXPECT_EQ(locate(path, "/keys").error().code, errc::bad_request) << path;
}

TEST(Resource, HasARouteOfItsOwn)
{
    std::set<telemetry::route> routes;
    for (std::size_t i = 0; i < static_cast<std::size_t>(place::count_); ++i)
        EXPECT_TRUE(routes.insert(route_of(static_cast<place>(i))).second) << i;
    EXPECT_EQ(telemetry::name(route_of(place::score_incr)), "key_score_incr");
}

TEST(Offers, AreListedAsTheyAre)
{
    EXPECT_EQ(allowed_methods(place::keys), "GET, HEAD, PUT, DELETE, OPTIONS");
    EXPECT_EQ(allowed_methods(place::key), "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
    EXPECT_EQ(allowed_methods(place::incr), "POST, OPTIONS");
    EXPECT_EQ(allowed_methods(place::fields), "GET, HEAD, PATCH, OPTIONS");
    EXPECT_EQ(allowed_methods(place::items), "GET, HEAD, POST, DELETE, OPTIONS");
    EXPECT_EQ(allowed_methods(place::item), "GET, HEAD, PUT, OPTIONS");
    for (std::size_t i = 0; i < static_cast<std::size_t>(place::count_); ++i)
        EXPECT_NE(allowed_methods(static_cast<place>(i)), "OPTIONS") << i;
    EXPECT_EQ(find_offer(place::key, http::method::other), nullptr);
    EXPECT_EQ(find_offer(place::fields, http::method::head), find_offer(place::fields, http::method::get));
}

}   // namespace
}   // namespace rediserve::api::keys
