// Batches of which every reply counts, and connections of one's own, from coroutines.
#include "rediserve/commands/executor.hpp"

#include "rediserve/base/task.hpp"
#include "support/fake_backend.hpp"

#include <gmock/gmock.h>

namespace rediserve::commands {
namespace {

using test::fake_backend;
using testing::ElementsAre;
using testing::IsEmpty;

class texts final : public reply_visitor
{
public:
    void visit(const redis::reply_view& reply, std::size_t) noexcept override { seen.emplace_back(reply.text()); }

    void visit_missing(const error& why, std::size_t) noexcept override { seen.push_back("missing: " + why.detail); }

    std::vector<std::string> seen;
};

struct outcome
{
    bool done = false;
    result<void> how;
};

task ask_each(redis::backend& backend, redis::batch commands, reply_visitor& to, outcome& end)
{
    const redis::submit_options options;
    end.how = co_await each_op(backend, options, std::move(commands), to);
    end.done = true;
}

class Each : public testing::Test
{
protected:
    redis::batch two = [] {
        redis::batch made;
        made.add("GET", "a").add("GET", "b");
        return made;
    }();
    fake_backend backend;
    texts to;
    outcome end;
};

TEST_F(Each, VisitsEveryReplyInOrder)
{
    const task running = ask_each(backend, std::move(two), to, end);
    backend.reply("$1\r\n1\r\n-ERR no\r\n");
    backend.run();
    EXPECT_TRUE(end.done);
    EXPECT_TRUE(end.how);
    EXPECT_THAT(to.seen, ElementsAre("1", "ERR no"));
}

TEST_F(Each, TellsAFailure)
{
    const task running = ask_each(backend, std::move(two), to, end);
    backend.fail(error(errc::backend_lost, "gone", executed::maybe));
    backend.run();
    ASSERT_TRUE(end.done);
    EXPECT_EQ(end.how.error().code, errc::backend_lost);
    EXPECT_THAT(to.seen, IsEmpty());
}

TEST_F(Each, TellsARefusalAtOnce)
{
    backend.refuse(error(errc::backend_queue_full, "full", executed::no));
    const task running = ask_each(backend, std::move(two), to, end);
    ASSERT_TRUE(end.done);
    EXPECT_EQ(end.how.error().code, errc::backend_queue_full);
}

TEST_F(Each, OfNothingIsDoneAtOnce)
{
    const task running = ask_each(backend, {}, to, end);
    EXPECT_TRUE(end.done);
    EXPECT_TRUE(end.how);
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(Each, IsWithdrawnWithItsCoroutine)
{
    task running = ask_each(backend, std::move(two), to, end);
    EXPECT_EQ(backend.waiting(), 1U);
    running.reset();
    EXPECT_EQ(backend.waiting(), 0U);
}

task ask_lease(redis::backend& backend, result<redis::lease>& to)
{
    to = co_await lease_op(backend);
}

TEST(Lease, IsRefusedAtOnceWhenThereIsNone)
{
    fake_backend backend;
    result<redis::lease> got = redis::lease();
    const task running = ask_lease(backend, got);
    ASSERT_TRUE(running.done());
    EXPECT_EQ(got.error().code, errc::backend_unavailable);
}

}   // namespace
}   // namespace rediserve::commands
