#include "rediserve/access/rules.hpp"

#include "support/known_commands.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rediserve::access {
namespace {

using words = std::vector<std::string_view>;

class Rules : public testing::Test
{
protected:
    decision decide(std::string_view text, const words& command)
    {
        auto made = rules::parse(text);
        EXPECT_TRUE(made) << text;
        made_.push_back(*made);
        return made_.back().decide(*known_, command);
    }

    refusal why(std::string_view text, const words& command) { return decide(text, command).refusal; }

    bool may(std::string_view text, const words& command) { return why(text, command) == refusal::none; }

    const std::shared_ptr<const commands::command_table> known_ = test::known_commands();
    std::vector<rules> made_;
};

// ---- commands ------------------------------------------------------------------------------------------------------

TEST_F(Rules, GrantNothingByThemselves)
{
    EXPECT_EQ(why("", {"GET", "a"}), refusal::command);
    EXPECT_EQ(why("~* &*", {"GET", "a"}), refusal::command);
}

TEST_F(Rules, GrantByNameInAnyCase)
{
    EXPECT_TRUE(may("+get ~*", {"GET", "a"}));
    EXPECT_TRUE(may("+GeT ~*", {"gEt", "a"}));
    EXPECT_FALSE(may("+get ~*", {"MGET", "a"}));
    EXPECT_FALSE(may("+ge ~*", {"GET", "a"}));
}

TEST_F(Rules, TheLastOneThatAppliesDecides)
{
    EXPECT_FALSE(may("+@read -get ~*", {"GET", "a"}));
    EXPECT_TRUE(may("-get +@read ~*", {"GET", "a"}));
    EXPECT_TRUE(may("-@all +get ~*", {"GET", "a"}));
    EXPECT_FALSE(may("+get nocommands ~*", {"GET", "a"}));
    EXPECT_TRUE(may("+@read -@string +mget ~*", {"MGET", "a"}));
}

TEST_F(Rules, KnowNoOtherCommands)
{
    EXPECT_EQ(why("+@all ~* +nosuch", {"NOSUCH"}), refusal::command);
    EXPECT_EQ(why("+@all ~* +config", {"CONFIG", "NOSUCH"}), refusal::command);
    EXPECT_EQ(why("+@all ~* +config", {"CONFIG", ""}), refusal::command);
    EXPECT_EQ(why("+@all ~* +config", {"config|get"}), refusal::command);
    EXPECT_EQ(why("+@all ~* &*", {""}), refusal::command);
    EXPECT_EQ(why("+@all ~* &*", {std::string_view("get\0", 4), "a"}), refusal::command);
}

TEST_F(Rules, GrantSubcommands)
{
    EXPECT_TRUE(may("+config|get", {"CONFIG", "GET"}));
    EXPECT_FALSE(may("+config|get", {"CONFIG", "SET"}));
    EXPECT_FALSE(may("+config|get", {"CONFIG"}));
    EXPECT_TRUE(may("+config", {"CONFIG", "SET"}));
    EXPECT_FALSE(may("+config -config|set", {"CONFIG", "SET"}));
    EXPECT_TRUE(may("-config +config|set", {"CONFIG", "SET"}));
}

TEST_F(Rules, ACategoryOfACommandIsOneOfItsSubcommands)
{
    EXPECT_TRUE(may("+@slow ~*", {"OBJECT", "FREQ", "a"}));
    EXPECT_TRUE(may("+@read ~*", {"OBJECT", "FREQ", "a"}));
    EXPECT_FALSE(may("+@read ~*", {"OBJECT", "HELP"}));
    EXPECT_FALSE(may("+@read -@slow ~*", {"OBJECT", "FREQ", "a"}));
}

TEST_F(Rules, GrantAFirstArgument)
{
    EXPECT_TRUE(may("+select|0", {"SELECT", "0"}));
    EXPECT_FALSE(may("+select|0", {"SELECT", "1"}));
    EXPECT_FALSE(may("+select|0", {"SELECT"}));
    EXPECT_TRUE(may("+select|0 +select|1", {"SELECT", "0"}));
    EXPECT_FALSE(may("+select|0 -select", {"SELECT", "0"}));
    EXPECT_FALSE(may("+select|0 -@connection", {"SELECT", "0"}));
    EXPECT_TRUE(may("+select +select|0", {"SELECT", "1"}));
}

TEST_F(Rules, RefuseAFirstArgument)
{
    EXPECT_FALSE(may("+select -select|0", {"SELECT", "0"}));
    EXPECT_FALSE(may("+select -select|a", {"SELECT", std::string_view("A\0x", 3)}))
        << "Redis looks no further than a NUL";
    EXPECT_TRUE(may("+select -select|0", {"SELECT", "1"}));
}

TEST_F(Rules, LetEverybodyLogIn)
{
    EXPECT_TRUE(may("", {"AUTH", "x"}));
    EXPECT_TRUE(may("-auth", {"AUTH", "x"}));
}

// ---- dangerous commands --------------------------------------------------------------------------------------------

TEST_F(Rules, GrantWhatIsDangerousByNameOnly)
{
    for (const auto* text : {"+@all", "allcommands", "+@keyspace", "+@read +@write +@slow"}) {
        EXPECT_FALSE(may(text, {"KEYS", "*"})) << text;
        EXPECT_FALSE(may(text, {"FLUSHALL"})) << text;
        EXPECT_FALSE(may(text, {"CONFIG", "GET"})) << text;
    }
    for (const auto* text : {"+keys", "+keys +@all", "+@dangerous", "+@all +keys"})
        EXPECT_TRUE(may(text, {"KEYS", "*"})) << text;
    EXPECT_TRUE(may("+@all", {"CONFIG", "HELP"}));
}

TEST_F(Rules, GrantWhatIsForAdministratorsByThatCategory)
{
    EXPECT_TRUE(may("+@admin", {"SHUTDOWN"}));
    EXPECT_TRUE(may("+@admin", {"CONFIG", "SET"}));
    EXPECT_FALSE(may("+@admin", {"KEYS", "*"}));
    EXPECT_TRUE(may("+@dangerous", {"SHUTDOWN"}));
}

TEST_F(Rules, RefuseWhatIsDangerousInAnyWay)
{
    EXPECT_FALSE(may("+keys -@all", {"KEYS", "*"}));
    EXPECT_FALSE(may("+keys -@read", {"KEYS", "*"}));
    EXPECT_FALSE(may("+@dangerous -keys", {"KEYS", "*"}));
}

// ---- keys ----------------------------------------------------------------------------------------------------------

TEST_F(Rules, GrantKeysByPattern)
{
    EXPECT_TRUE(may("+@read ~user:*", {"GET", "user:1"}));
    EXPECT_EQ(why("+@read ~user:*", {"GET", "other"}), refusal::key);
    EXPECT_EQ(why("+@read", {"GET", "user:1"}), refusal::key);
    EXPECT_EQ(why("+@read ~* resetkeys ~a", {"GET", "b"}), refusal::key);
    EXPECT_TRUE(may("+@read ~a ~b", {"MGET", "a", "b"}));
    EXPECT_EQ(why("+@read ~a", {"MGET", "a", "b"}), refusal::key);
}

TEST_F(Rules, TellReadingFromWriting)
{
    EXPECT_TRUE(may("+@all %R~a", {"GET", "a"}));
    EXPECT_FALSE(may("+@all %W~a", {"GET", "a"}));
    EXPECT_TRUE(may("+@all %W~a", {"DEL", "a"}));
    EXPECT_FALSE(may("+@all %R~a", {"DEL", "a"}));
    EXPECT_TRUE(may("+@all %W~a", {"EXISTS", "a"})) << "neither";
    EXPECT_TRUE(may("+@all %R~a %W~b", {"COPY", "a", "b"}));
    EXPECT_FALSE(may("+@all %R~a %W~b", {"COPY", "b", "a"}));
}

TEST_F(Rules, TheSamePatternAgainAddsToIt)
{
    EXPECT_TRUE(may("+@all %R~a %W~a", {"SET", "a", "1", "GET"}));
    EXPECT_FALSE(may("+@all %R~a* %W~a", {"SET", "a", "1", "GET"}));
}

TEST_F(Rules, SetReadsWithGetOnly)
{
    EXPECT_TRUE(may("+set %W~a", {"SET", "a", "1", "EX", "9"}));
    EXPECT_FALSE(may("+set %W~a", {"SET", "a", "1", "gEt"}));
    EXPECT_FALSE(may("+set %W~a", {"SET", "a", "1", std::string_view("get\0", 4)})) << "as Redis reads it";
    EXPECT_FALSE(may("+set %R~a", {"SET", "a", "1"}));
    EXPECT_TRUE(may("+set ~a", {"SET", "a", "1", "GET"}));
}

TEST_F(Rules, RefuseKeysThatCannotBeKnown)
{
    EXPECT_EQ(why("+odd.move ~a %RW~*", {"ODD.MOVE", "a"}), refusal::keys_hidden);
    EXPECT_TRUE(may("+odd.move ~*", {"ODD.MOVE", "a"}));
    EXPECT_EQ(why("+eval ~a", {"EVAL", "script", "many", "a"}), refusal::keys_hidden);
    EXPECT_EQ(why("+eval ~a", {"EVAL", "script", "2", "a"}), refusal::keys_hidden);
    EXPECT_EQ(why("+eval ~a", {"EVAL", "script", "-1", "a"}), refusal::keys_hidden);
    EXPECT_EQ(why("+eval ~a", {"EVAL", "script", "99999999999999999999", "a"}), refusal::keys_hidden);
    EXPECT_EQ(why("+get ~a", {"GET"}), refusal::keys_hidden);
}

TEST_F(Rules, NamesOfModulesMayBeInUpperCase)
{
    EXPECT_TRUE(may("+odd.get ~a", {"odd.get", "a"}));
    EXPECT_FALSE(may("+@read ~a", {"odd.get", "a"}));
}

TEST_F(Rules, ScriptsTouchWhatTheyDeclare)
{
    EXPECT_TRUE(may("+eval ~a", {"EVAL", "script", "0", "b"}));
    EXPECT_TRUE(may("+eval ~a", {"EVAL", "script", "1", "a", "b"}));
    EXPECT_EQ(why("+eval ~a", {"EVAL", "script", "2", "a", "b"}), refusal::key);
    EXPECT_EQ(why("+eval %R~a", {"EVAL", "script", "1", "a"}), refusal::key);
}

TEST_F(Rules, SortReadsNoOtherKeys)
{
    EXPECT_TRUE(may("+sort ~a", {"SORT", "a", "LIMIT", "0", "1", "BY", "nosort"}));
    EXPECT_EQ(why("+sort ~a", {"SORT", "a", "BY", "b:*"}), refusal::keys_hidden);
    EXPECT_EQ(why("+sort ~a", {"SORT", "a", "GET", "b"}), refusal::keys_hidden);
    EXPECT_TRUE(may("+sort %R~*", {"SORT", "a", "GET", "b:*"}));
    EXPECT_EQ(why("+sort ~a", {"SORT", "a", "STORE", "b"}), refusal::key);
    EXPECT_EQ(why("+sort ~a ~by", {"SORT", "a", "STORE", "by", "STORE", "b"}), refusal::key);
    EXPECT_TRUE(may("+sort ~a", {"SORT", "a", "LIMIT", "STORE", "b"})) << "an argument of LIMIT";
}

TEST_F(Rules, ReadStreamsWhereRedisDoes)
{
    EXPECT_TRUE(may("+xreadgroup ~k", {"XREADGROUP", "GROUP", "STREAMS", "c", "COUNT", "1", "streams", "k", ">"}));
    EXPECT_EQ(
        why("+xreadgroup ~c ~STREAMS", {"XREADGROUP", "COUNT", "1", "GROUP", "STREAMS", "c", "STREAMS", "k", ">"}),
        refusal::key
    );
    EXPECT_EQ(
        why("+xreadgroup ~a", {"XREADGROUP", "GROUP", "g", "c", std::string_view("STREAMS\0x", 9), "k", ">"}),
        refusal::key
    );
    EXPECT_EQ(why("+xreadgroup ~k", {"XREADGROUP", "GROUP", "g", "c", "STREAMS", "k"}), refusal::keys_hidden);
    EXPECT_EQ(why("+xreadgroup ~k", {"XREADGROUP", "GROUP", "g", "c", "NOSUCH", "k", ">"}), refusal::keys_hidden);
}

// ---- channels ------------------------------------------------------------------------------------------------------

TEST_F(Rules, GrantChannelsByPattern)
{
    EXPECT_TRUE(may("+@pubsub &news:*", {"PUBLISH", "news:1", "x"}));
    EXPECT_EQ(why("+@pubsub &news:*", {"PUBLISH", "other", "x"}), refusal::channel);
    EXPECT_EQ(why("+@pubsub", {"PUBLISH", "news:1", "x"}), refusal::channel);
    EXPECT_TRUE(may("+@pubsub &*", {"SUBSCRIBE", "a", "b"}));
    EXPECT_EQ(why("+@pubsub &a", {"SUBSCRIBE", "a", "b"}), refusal::channel);
    EXPECT_EQ(why("+@pubsub &* resetchannels", {"SUBSCRIBE", "a"}), refusal::channel);
}

TEST_F(Rules, GrantPatternsThatAreTheVerySame)
{
    EXPECT_TRUE(may("+@pubsub &news:*", {"PSUBSCRIBE", "news:*"}));
    EXPECT_EQ(why("+@pubsub &news:*", {"PSUBSCRIBE", "news:1"}), refusal::channel);
    EXPECT_TRUE(may("+@pubsub &*", {"PSUBSCRIBE", "news:*"}));
}

TEST_F(Rules, DecideAboutOneChannel)
{
    const rules made = *rules::parse("&news:* (&talk)");
    EXPECT_TRUE(made.decide_channel("news:1", false));
    EXPECT_EQ(made.decide_channel("news:1", false).rule, "&news:*");
    EXPECT_TRUE(made.decide_channel("talk", false));
    EXPECT_EQ(made.decide_channel("talks", false).refusal, refusal::channel);
    EXPECT_TRUE(made.decide_channel("news:*", true));
    EXPECT_FALSE(made.decide_channel("news:1", true));
    EXPECT_EQ(rules::parse("allchannels")->decide_channel("x", true).rule, "allchannels");
}

// ---- selectors -----------------------------------------------------------------------------------------------------

TEST_F(Rules, OneSelectorGrantsAllOfIt)
{
    EXPECT_TRUE(may("+get ~a (+del ~b)", {"DEL", "b"}));
    EXPECT_FALSE(may("+get ~a (+del ~b)", {"DEL", "a"}));
    EXPECT_FALSE(may("+mget ~a (+mget ~b)", {"MGET", "a", "b"}));
    EXPECT_FALSE(may("+get ~a (+del ~b) clearselectors", {"DEL", "b"}));
    EXPECT_TRUE(may("(+get ~a) +del ~b", {"GET", "a"}));
}

TEST_F(Rules, TheNearestRefusalIsTold)
{
    EXPECT_EQ(why("-@all (+get ~a)", {"GET", "b"}), refusal::key);
    EXPECT_EQ(why("+get ~a (-@all)", {"GET", "b"}), refusal::key);
    EXPECT_EQ(why("+publish (+get)", {"PUBLISH", "a", "b"}), refusal::channel);
}

// ---- explanations --------------------------------------------------------------------------------------------------

TEST_F(Rules, SayWhatDecided)
{
    EXPECT_EQ(decide("+@Read ~*", {"GET", "a"}).rule, "+@Read");
    EXPECT_EQ(decide("+@read -get ~*", {"GET", "a"}).rule, "-get");
    EXPECT_EQ(decide("+@read ~*", {"DEL", "a"}).rule, "");
    EXPECT_EQ(decide("+get ~a (+mget ~b)", {"MGET", "b"}).rule, "+mget");
    EXPECT_EQ(decide("+mget ~a", {"MGET", "a", "b"}).object, "b");
    EXPECT_EQ(decide("+@all &a", {"SUBSCRIBE", "a", "b"}).object, "b");
    EXPECT_EQ(decide("", {"GET", "b"}).object, "GET");
}

TEST_F(Rules, SayWhichKeysAreSeen)
{
    const rules made = *rules::parse("~a %W~b (%R~c)");
    EXPECT_TRUE(made.sees("a"));
    EXPECT_FALSE(made.sees("b"));
    EXPECT_TRUE(made.sees("c"));
    EXPECT_FALSE(made.sees("d"));
    EXPECT_FALSE(made.all_keys());
    EXPECT_TRUE(rules::parse("~a (~*)")->all_keys());
    EXPECT_TRUE(rules::parse("(allkeys)")->sees(""));
}

}   // namespace
}   // namespace rediserve::access
