#include "config_test.hpp"

#include <algorithm>
#include <chrono>

namespace rediserve::config {
namespace {

using namespace std::chrono_literals;

TEST(Document, MayHaveComments)
{
    const auto read = parse_document(
        "// top\n{ /* inside */ \"http\": {\"limits\": {\"body\": 1000, // why\n \"header_timeout\": \"2s\"}}}",
        "file.json"
    );
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_EQ(read->http.limits.body, 1000u);
    EXPECT_EQ(read->http.limits.header_timeout, 2s);
}

TEST(Document, MayNameItsSchema)
{
    EXPECT_EQ(problems_of(R"({"$schema":"./rediserve.schema.json"})"), "");
    EXPECT_NE(problems_of(R"({"http":{"$schema":"x"}})"), "");
}

TEST(Document, RefusesUnknownKeysWithTheNearestName)
{
    EXPECT_EQ(
        problems_of(R"({"http":{"limits":{"boddy":1}}})"),
        R"(file.json: there is no option "http.limits.boddy"; did you mean "http.limits.body"?)"
    );
    EXPECT_THAT(problems_of(R"({"htpp":{}})"), HasSubstr(R"(did you mean "http"?)"));
    EXPECT_THAT(problems_of(R"({"token":"x"})"), HasSubstr(R"(did you mean "access.token"?)"));
    EXPECT_THAT(problems_of(R"({"nothing_like_it":1})"), Not(HasSubstr("did you mean")));
}

TEST(Document, RefusesDottedKeys)
{
    EXPECT_THAT(problems_of(R"({"http.limits.body":1})"), HasSubstr("dot in a key"));
}

TEST(Document, RefusesKeysThatStandTwice)
{
    EXPECT_THAT(problems_of(R"({"threads":1,"threads":2})"), HasSubstr(R"("threads" stands there twice)"));
    EXPECT_THAT(
        problems_of(R"({"http":{"limits":{"body":1,"body":1}}})"), HasSubstr(R"("http.limits.body" stands there twice)")
    );
    EXPECT_THAT(problems_of(R"({"http":{},"threads":1,"http":{}})"), HasSubstr(R"("http" stands there twice)"));
}

TEST(Document, RefusesAValueWhereAGroupBelongs)
{
    EXPECT_EQ(problems_of(R"({"http":{"limits":5}})"), "file.json: http.limits must be an object, not number");
}

TEST(Document, NamesTheLineOfASyntaxError)
{
    EXPECT_THAT(problems_of("{\n  \"threads\": 1,\n}"), HasSubstr("file.json:3:1: is not JSON"));
    EXPECT_THAT(problems_of("{\"threads\":"), HasSubstr("file.json:1:12: is not JSON"));
    EXPECT_THAT(problems_of(""), HasSubstr("file.json:1:1: is not JSON"));
    EXPECT_THAT(problems_of("{} x"), HasSubstr("file.json:1:4: is not JSON"));
}

TEST(Document, DoesNotRepeatWhatItCannotRead)
{
    EXPECT_THAT(problems_of("{\"access\":{\"token\":\"hunter2"), Not(HasSubstr("hunter2")));
    EXPECT_THAT(problems_of("{\"access\":{\"token\":hunter2}}"), Not(HasSubstr("hunter2")));
}

TEST(Document, MustBeAnObject)
{
    for (const auto* text : {"[]", "1", "\"x\"", "null", "true"})
        EXPECT_EQ(problems_of(text), "file.json: must hold an object: { … }") << text;
}

TEST(Document, ReportsEverythingAtOnce)
{
    const auto text =
        problems_of(R"({"threads":"x","log":{"level":"loud","levle":"info"},"http":{"limits":{"body":-1}}})");
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
    for (const auto* part : {"threads must", "log.level must", "log.levle", "http.limits.body must"})
        EXPECT_THAT(text, HasSubstr(part));
}

TEST(Document, RefusesHostileOnesWithoutFailing)
{
    std::string deep = "{\"a\":";
    for (int i = 0; i < 1'000'000; ++i)
        deep += "[";
    EXPECT_THAT(problems_of(deep), HasSubstr("nested deeper than 16 levels"));
    std::string objects;
    for (int i = 0; i < 100'000; ++i)
        objects += "{\"a\":";
    EXPECT_THAT(problems_of(objects), HasSubstr("nested deeper than 16 levels"));
    EXPECT_THAT(problems_of(R"({"threads":1e400})"), HasSubstr("too large"));
    EXPECT_THAT(problems_of(R"({"threads":99999999999999999999999999})"), HasSubstr("threads must be a whole number"));
    EXPECT_THAT(problems_of(R"({"threads":18446744073709551615})"), HasSubstr("threads must be a whole number"));
    EXPECT_THAT(problems_of(std::string("{}\0 {", 5)), HasSubstr("NUL"));
    EXPECT_THAT(problems_of(R"({"access":{"token":"a\u0000b"}})"), HasSubstr("NUL"));
    EXPECT_THAT(problems_of("{\"access\":{\"token\":\"\xff\"}}"), HasSubstr("not UTF-8"));
    EXPECT_THAT(problems_of("{\"\xc0\xaf\":1}"), HasSubstr("not UTF-8"));
    EXPECT_THAT(problems_of(R"({"line\nbreak\u001b":1})"), HasSubstr(R"("line\nbreak\u001b")"));
}

TEST(Document, KeepsALongUnknownKeyShort)
{
    EXPECT_LT(problems_of("{\"" + std::string(100'000, 'k') + "\":1}").size(), 300u);
}

}   // namespace
}   // namespace rediserve::config
