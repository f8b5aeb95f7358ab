// Commands from a coroutine: what it gets, and what the backend was asked.
#include "rediserve/commands/executor.hpp"

#include "rediserve/base/task.hpp"
#include "support/fake_backend.hpp"

#include <gmock/gmock.h>

namespace rediserve::commands {
namespace {

using test::fake_backend;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const redis::submit_options options;

// What a coroutine was given, kept beyond the life of the reply.
struct outcome
{
    bool done = false;
    std::string text;
    std::int64_t integer = 0;
    error failure;
};

void keep(outcome& to, const reply_or_error& got)
{
    to.done = true;
    if (got) {
        to.text = got->text();
        to.integer = got->integer();
    } else {
        to.failure = got.error();
    }
}

task run_batch(redis::backend& backend, redis::batch commands, outcome& to)
{
    const reply_or_error got = co_await run(backend, options, std::move(commands));
    keep(to, got);
}

task run_twice(redis::backend& backend, outcome& first, outcome& second)
{
    redis::batch get = redis::batch::of("GET", "a");
    const reply_or_error got = co_await run(backend, options, std::move(get));
    keep(first, got);
    redis::batch incr = redis::batch::of("INCR", "b");
    const reply_or_error more = co_await run(backend, options, std::move(incr));
    keep(second, more);
}

task run_script(redis::backend& backend, script_request request, outcome& to)
{
    const reply_or_error got = co_await run(backend, options, request);
    keep(to, got);
}

class Executor : public testing::Test
{
protected:
    fake_backend backend;
    outcome got;
};

TEST_F(Executor, ResumesWithTheReply)
{
    const task running = run_batch(backend, redis::batch::of("GET", "k"), got);
    EXPECT_FALSE(got.done);
    backend.reply("$5\r\nhello\r\n");
    backend.run();
    EXPECT_TRUE(running.done());
    EXPECT_EQ(got.text, "hello");
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("GET", "k")));
}

TEST_F(Executor, ResumesWithTheLastReplyOfABatch)
{
    redis::batch commands;
    commands.add("SET", "k", "v").add("INCR", "n");
    const task running = run_batch(backend, std::move(commands), got);
    backend.reply("+OK\r\n:8\r\n");
    backend.run();
    EXPECT_EQ(got.integer, 8);
}

TEST_F(Executor, GoesOnWithAnotherCommandInsideTheReply)
{
    outcome second;
    const task running = run_twice(backend, got, second);
    backend.reply("$1\r\nx\r\n");
    backend.reply(":2\r\n");
    backend.run();
    EXPECT_EQ(got.text, "x");
    EXPECT_EQ(second.integer, 2);
}

TEST_F(Executor, SaysWhyACommandFailed)
{
    const task running = run_batch(backend, redis::batch::of("GET", "k"), got);
    backend.fail(error(errc::backend_lost, "gone", executed::maybe));
    backend.run();
    EXPECT_EQ(got.failure.code, errc::backend_lost);
    EXPECT_EQ(got.failure.executed, executed::maybe);
}

TEST_F(Executor, DoesNotSuspendWhenTheBackendRefuses)
{
    backend.refuse(error(errc::backend_queue_full, "full", executed::no));
    const task running = run_batch(backend, redis::batch::of("GET", "k"), got);
    EXPECT_TRUE(running.done());
    EXPECT_EQ(got.failure.code, errc::backend_queue_full);
}

TEST_F(Executor, TakesTheCommandBackWhenItsCoroutineIsDestroyed)
{
    {
        const task running = run_batch(backend, redis::batch::of("GET", "k"), got);
        EXPECT_EQ(backend.waiting(), 1u);
    }
    EXPECT_EQ(backend.waiting(), 0u);
    EXPECT_FALSE(got.done);
}

// EXECABORT only says that something was wrong before.
TEST_F(Executor, TellsWhichCommandOfATransactionWasRefused)
{
    redis::batch commands;
    commands.add("MULTI").add("SET", "k", "v").add("EXEC");
    const task running = run_batch(backend, std::move(commands), got);
    backend.reply("+OK\r\n-OOM command not allowed\r\n-EXECABORT Transaction discarded\r\n");
    backend.run();
    EXPECT_EQ(got.failure.code, errc::redis_not_writable);
    EXPECT_EQ(got.failure.detail, "OOM command not allowed");
}

class ExecutorOfScripts : public Executor
{
protected:
    script_request request(payload&& large = {}) { return {what, {"k"}, {"a", "b"}, std::move(large)}; }

    script what{"return 1"};
};

TEST_F(ExecutorOfScripts, NamesTheScriptByItsDigest)
{
    const task running = run_script(backend, request(), got);
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("EVALSHA", what.digest(), "1", "k", "a", "b")));
    backend.reply(":1\r\n");
    backend.run();
    EXPECT_EQ(got.integer, 1);
}

TEST_F(ExecutorOfScripts, SendsTheSourceToAServerThatHasForgottenIt)
{
    const task running = run_script(backend, request(), got);
    backend.reply("-NOSCRIPT No matching script\r\n");
    backend.run();
    EXPECT_FALSE(got.done);
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("EVAL", "return 1", "1", "k", "a", "b")));
    backend.reply(":1\r\n");
    backend.run();
    EXPECT_EQ(got.integer, 1);
}

TEST_F(ExecutorOfScripts, DoesNotAskAThirdTime)
{
    const task running = run_script(backend, request(), got);
    backend.reply("-NOSCRIPT No matching script\r\n");
    backend.reply("-NOSCRIPT No matching script\r\n");
    backend.run();
    EXPECT_TRUE(got.done);
    EXPECT_THAT(backend.batches(), SizeIs(2));
    EXPECT_EQ(got.text, "NOSCRIPT No matching script");
}

TEST_F(ExecutorOfScripts, SaysWhyTheSourceCouldNotBeSent)
{
    const task running = run_script(backend, request(), got);
    backend.reply("-NOSCRIPT No matching script\r\n");
    backend.refuse(error(errc::backend_unavailable, "gone", executed::no));
    backend.run();
    EXPECT_EQ(got.failure.code, errc::backend_unavailable);
}

TEST_F(ExecutorOfScripts, SendsALargeArgumentOnceAndByTheSource)
{
    const std::string large(100'000, 'x');
    const task running = run_script(backend, request(payload(buffer(large))), got);
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("EVAL", "return 1", "1", "k", "a", "b", large)));
}

}   // namespace
}   // namespace rediserve::commands
