#include "rediserve/redis/reply_tree.hpp"

#include "support/fake_backend.hpp"

#include <hiredis/hiredis.h>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace rediserve::redis {
namespace {

using test::array;
using test::bulk;

reply_tree copy(const std::string& resp)
{
    reply_tree made;
    test::with_reply(resp, [&](const reply_view& reply) {
        made = reply_tree::copy_of(reply);
        return true;
    });
    return made;
}

// In RESP again, so that replies can be compared.
std::string written(const reply_view& reply)
{
    switch (reply.kind()) {
    case reply_kind::string: return bulk(std::string(reply.text()));
    case reply_kind::status: return "+" + std::string(reply.text()) + "\r\n";
    case reply_kind::error: return "-" + std::string(reply.text()) + "\r\n";
    case reply_kind::integer: return ":" + std::to_string(reply.integer()) + "\r\n";
    case reply_kind::nil: return reply.is_nil_array() ? "*-1\r\n" : "$-1\r\n";
    default: return "?";
    case reply_kind::array: break;
    }
    std::vector<std::string> elements;
    for (std::size_t i = 0; i < reply.size(); ++i)
        elements.push_back(written(reply[i]));
    return array(elements);
}

std::string written(const reply_tree& tree)
{
    return written(tree.view());
}

TEST(ReplyTree, CopiesRepliesOfEveryKind)
{
    const std::string bytes("a\0b\r\n", 5);
    for (const std::string& resp : std::vector<std::string>{
             "+OK\r\n", "-ERR no\r\n", ":-7\r\n", "$-1\r\n", bulk(""), bulk(bytes), array({}),
             array({bulk("a"), ":1\r\n", "$-1\r\n", array({bulk("b"), array({"+c\r\n"}), array({})}), "-ERR in it\r\n"}
             )})
        EXPECT_EQ(written(copy(resp)), resp);
}

TEST(ReplyTree, CopiesMarks)
{
    redisReply marked{};
    marked.type = REDIS_REPLY_NIL;
    marked.integer = reply_view::nil_array_mark;
    EXPECT_TRUE(reply_tree::copy_of(reply_view(&marked)).view().is_nil_array());
    std::string text = "ERR too large";
    marked.type = REDIS_REPLY_ERROR;
    marked.integer = reply_view::oversized_mark;
    marked.str = text.data();
    marked.len = text.size();
    const reply_tree tree = reply_tree::copy_of(reply_view(&marked));
    EXPECT_TRUE(tree.view().is_oversized());
    EXPECT_EQ(tree.view().text(), text);
    EXPECT_NE(tree.view().text().data(), text.data());
}

TEST(ReplyTree, CopiesWhatWasDroppedInsideAReply)
{
    redisReply one{};
    one.type = REDIS_REPLY_INTEGER;
    redisReply* elements[] = {nullptr, &one};
    redisReply list{};
    list.type = REDIS_REPLY_ARRAY;
    list.elements = 2;
    list.element = elements;
    const reply_tree tree = reply_tree::copy_of(reply_view(&list));
    EXPECT_EQ(tree.view()[0].kind(), reply_kind::other);
    EXPECT_TRUE(tree.view()[1].is_integer());
    EXPECT_TRUE(reply_tree::copy_of(reply_view()).empty());
}

TEST(ReplyTree, IsMadeOfEveryKind)
{
    EXPECT_EQ(written(reply_tree::nil()), "$-1\r\n");
    EXPECT_EQ(written(reply_tree::nil_array()), "*-1\r\n");
    EXPECT_EQ(written(reply_tree::integer(-9'000'000'000)), ":-9000000000\r\n");
    EXPECT_EQ(written(reply_tree::status("OK")), "+OK\r\n");
    EXPECT_EQ(written(reply_tree::error("ERR no")), "-ERR no\r\n");
    EXPECT_TRUE(reply_tree::error("ERR no").view().is_error("ERR"));
    EXPECT_FALSE(reply_tree::error("ERR no").view().is_oversized());
    EXPECT_EQ(written(reply_tree::string("")), bulk(""));
    EXPECT_EQ(written(reply_tree::array({})), array({}));
}

TEST(ReplyTree, OneWithoutAReplyIsOfNoKind)
{
    reply_tree tree;
    EXPECT_TRUE(tree.empty());
    EXPECT_EQ(tree.view().kind(), reply_kind::other);
    tree = reply_tree::integer(1);
    const reply_tree other = std::move(tree);
    EXPECT_FALSE(other.empty());
    EXPECT_TRUE(tree.empty());   // NOLINT: which is what is said of it
}

TEST(ReplyTree, TakesElementsOver)
{
    std::vector<reply_tree> elements;
    elements.push_back(copy(array({bulk("a"), ":1\r\n"})));
    elements.push_back(reply_tree::string("b"));
    elements.push_back(reply_tree::array({}));
    const auto* const where = elements[0].view()[0].text().data();
    reply_tree tree = reply_tree::array(std::move(elements));
    EXPECT_EQ(written(tree), array({array({bulk("a"), ":1\r\n"}), bulk("b"), array({})}));
    EXPECT_EQ(tree.view()[0][0].text().data(), where) << "nothing is copied";
    const reply_view view = tree.view();
    const reply_tree elsewhere = std::move(tree);
    EXPECT_EQ(written(view), written(elsewhere)) << "views hold when the tree is moved";
    EXPECT_EQ(written(copy(written(view))), written(elsewhere));
}

TEST(ReplyTree, GathersPartsOfSeveralReplies)
{
    std::vector<reply_tree> owners;
    owners.push_back(copy(array({bulk("a"), "$-1\r\n"})));
    owners.push_back(copy(array({bulk("c")})));
    const std::vector<reply_view> parts = {owners[1].view()[0], owners[0].view()[1], owners[0].view()[0]};
    const reply_tree tree = reply_tree::gathered(parts, std::move(owners));
    EXPECT_EQ(written(tree), array({bulk("c"), "$-1\r\n", bulk("a")}));
}

TEST(ReplyTree, CopiesAreIndependentOfTheirOriginal)
{
    reply_tree original = reply_tree::array([] {
        std::vector<reply_tree> elements;
        elements.push_back(reply_tree::string("a"));
        return elements;
    }());
    const reply_tree copied = reply_tree::copy_of(original.view());
    original = {};
    EXPECT_EQ(written(copied), array({bulk("a")}));
}

}   // namespace
}   // namespace rediserve::redis
