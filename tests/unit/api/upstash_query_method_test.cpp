#include "api/upstash/query_method.hpp"

#include "support/fake_exchange.hpp"
#include "support/known_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace rediserve::api::upstash {
namespace {

using test::described;
using test::fake_exchange;
using testing::HasSubstr;

// ---- the form ------------------------------------------------------------------------------------------------------

unsigned status_of_form(const std::string& type)
{
    fake_exchange::header_map headers;
    if (!type.empty())
        headers[http::header::content_type] = type;
    const fake_exchange exchange(http::method::query, "/", "[]", headers);
    const auto why = refuse_form(exchange.request());
    return why ? why->status : 200;
}

TEST(QueryForm, IsJsonMessagePackOrCborThatSaysSo)
{
    EXPECT_EQ(status_of_form("application/json"), 200U);
    EXPECT_EQ(status_of_form("Application/JSON; charset=utf-8"), 200U);
    EXPECT_EQ(status_of_form("application/msgpack"), 200U);
    EXPECT_EQ(status_of_form("application/cbor"), 200U);
    EXPECT_EQ(status_of_form(""), 400U);
    for (const auto* type :
         {"text/plain", "application/x-www-form-urlencoded", "application/jsonx", "*/*", ";", "application/sql"})
        EXPECT_EQ(status_of_form(type), 415U) << type;
}

TEST(QueryPlaces, AreThoseOfCommandsEachForItself)
{
    for (const auto* path : {"/", "", "/pipeline", "/PIPELINE/"})
        EXPECT_TRUE(takes_queries(place_of(path))) << path;
    for (const auto* path : {"/multi-exec", "/get/k", "/pipeline/x", "/subscribe/c", "/monitor"})
        EXPECT_FALSE(takes_queries(place_of(path))) << path;
}

// ---- what it does ----------------------------------------------------------------------------------------------------

const auto table = test::table_of({
    described({"get", {"readonly"}}),
    described({"set", {"write"}}),
    described({"ping", {"fast"}}),
    described({"xread", {"readonly", "blocking"}}),
    described({"object", {}, {}, {}, {described({"object|encoding", {"readonly"}}), described({"object|help", {}})}}),
});

// The commands are parted by semicolons; "!" is one that cannot be read.
std::string refusal(const std::string& commands)
{
    command_list list;
    std::istringstream all(commands);
    for (std::string one; std::getline(all, one, ';');) {
        std::istringstream words(one);
        list.begin_command();
        for (std::string word; words >> word;)
            list.word(list.keep(word));
        list.end_command();
        if (one == "!")
            list.refuse(list.size() - 1, "ERR null args are not supported");
    }
    const auto why = refuse_effects(list, *table);
    EXPECT_TRUE(!why || why->status == 422) << commands;
    return why ? why->text : "";
}

TEST(QueryEffects, AreNoneByTheTableOfTheServer)
{
    for (const auto* fine : {"GET k", "get", "GET k;gEt k", "OBJECT ENCODING k", "XREAD STREAMS s 0", "GET k;!", "!"})
        EXPECT_EQ(refusal(fine), "") << fine;
    for (const auto* wrong :
         {"SET k v", "GET k;GET k;set k v", "PING", "NOSUCH", "OBJECT", "OBJECT HELP", "OBJECT NOSUCH"})
        EXPECT_THAT(refusal(wrong), HasSubstr("is not read-only")) << wrong;
    EXPECT_THAT(refusal("GET k;set k v;PING"), HasSubstr("\"SET\""));
}

TEST(QueryEffects, DoNotIncludeWaiting)
{
    EXPECT_THAT(refusal("XREAD BLOCK 1 STREAMS s 0"), HasSubstr("would wait"));
    EXPECT_EQ(refusal("XREAD STREAMS BLOCK 0"), "") << "a stream of that name";
}

}   // namespace
}   // namespace rediserve::api::upstash
