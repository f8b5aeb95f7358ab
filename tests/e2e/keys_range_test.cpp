// Range requests on raw values, answered from GETRANGE: api/keys, section 2.
#include "e2e/rest_test.hpp"

namespace rediserve::test {
namespace {

class KeysRange : public rest_test
{
protected:
    void SetUp() override
    {
        rest_test::SetUp();
        redis().cli({"set", "k", "0123456789"});
    }

    static http_response part(const std::string& range, std::string_view target = "/keys/k?raw")
    {
        return get(target, {{"Range", range}});
    }
};

struct satisfied
{
    std::string range;
    std::string body;
    std::string content_range;
};

TEST_F(KeysRange, AnswersThePartThatWasAskedFor)
{
    const std::vector<satisfied> cases = {
        {"bytes=0-3", "0123", "bytes 0-3/10"},     {"bytes=4-", "456789", "bytes 4-9/10"},
        {"bytes=-3", "789", "bytes 7-9/10"},       {"bytes=9-9", "9", "bytes 9-9/10"},
        {"bytes=5-1000", "56789", "bytes 5-9/10"}, {"bytes=-1000", "0123456789", "bytes 0-9/10"},
        {"bytes=0-0", "0", "bytes 0-0/10"},
    };
    for (const auto& [range, body, content_range] : cases) {
        auto answer = part(range);
        EXPECT_THAT(answer, HasStatus(206)) << range;
        EXPECT_EQ(answer.body, body) << range;
        EXPECT_EQ(answer.header("content-range"), content_range) << range;
    }
}

TEST_F(KeysRange, SaysWhenAPartCannotBe)
{
    for (const auto* range : {"bytes=10-", "bytes=10-12", "bytes=-0"}) {
        auto answer = part(range);
        EXPECT_EQ(answer.status, 416) << range;
        EXPECT_EQ(answer.header("content-range"), "bytes */10") << range;
    }
    redis().cli({"set", "empty", ""});
    EXPECT_EQ(part("bytes=0-0", "/keys/empty?raw").status, 416);
}

TEST_F(KeysRange, IgnoresWhatIsNotASingleByteRange)
{
    for (const auto* range : {"lines=1-2", "bytes=3-1", "bytes=a-b", "bytes=", "bytes=0-1,3-4", "bytes=--1"}) {
        auto answer = part(range);
        EXPECT_THAT(answer, HasStatus(200)) << range;
        EXPECT_EQ(answer.body, "0123456789") << range;
    }
}

TEST_F(KeysRange, CountsBeyondWhatAnIntegerHolds)
{
    EXPECT_EQ(part("bytes=99999999999999999999-").status, 416);
    EXPECT_EQ(part("bytes=8-99999999999999999999").body, "89");
}

TEST_F(KeysRange, FindsNoPartOfAMissingKeyOrAnotherType)
{
    redis().cli({"rpush", "l", "x"});
    EXPECT_THAT(part("bytes=0-1", "/keys/nothing?raw"), Fails(404, "not_found"));
    EXPECT_THAT(part("bytes=0-1", "/keys/l?raw"), Fails(409, "wrong_type"));
}

}   // namespace
}   // namespace rediserve::test
