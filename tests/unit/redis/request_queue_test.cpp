#include "redis/request_queue.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace rediserve::redis {
namespace {

constexpr std::size_t plenty = std::size_t{1} << 30;

struct silent_sink final : reply_sink
{
    void on_reply(const reply_view&, std::size_t) noexcept override {}
    void on_failure(error) noexcept override {}
};

// Submissions in a queue, named by their place in `all`.
class RequestQueue : public testing::Test
{
protected:
    pending_batch& add(batch commands, bool read_only = false)
    {
        pending_batch& added = all.emplace_back();
        added.count = commands.size();
        added.commands = std::move(commands);
        added.read_only = read_only;
        added.sink = &sink;
        queue.push(added);
        return added;
    }

    // Gives everything that waits to a connection; yields how many bytes that was.
    std::uint64_t give_all()
    {
        std::uint64_t given = 0;
        while (pending_batch* const next = queue.first_waiting()) {
            queue.mark_sent(*next, given);
            given += next->commands.bytes();
        }
        return given;
    }

    std::vector<std::size_t> waiting()
    {
        std::vector<std::size_t> found;
        std::vector<pending_batch*> taken;
        while (pending_batch* const next = queue.first_waiting()) {
            queue.remove(*next);
            taken.push_back(next);
        }
        for (pending_batch* const one : taken) {
            found.push_back(place_of(*one));
            queue.push(*one);
        }
        return found;
    }

    std::vector<std::size_t> places(const pending_list& of)
    {
        std::vector<std::size_t> found;
        for (const pending_batch& one : of)
            found.push_back(place_of(one));
        return found;
    }

    std::size_t place_of(const pending_batch& of) const
    {
        for (std::size_t place = 0; place < all.size(); ++place) {
            if (&all[place] == &of)
                return place;
        }
        return all.size();
    }

    using places_of = std::vector<std::size_t>;

    silent_sink sink;
    std::deque<pending_batch> all;
    request_queue queue{100, plenty};
};

TEST_F(RequestQueue, IsBoundedByCommands)
{
    request_queue small(2, plenty);
    EXPECT_TRUE(small.has_room(batch::of("PING")));
    pending_batch& one = all.emplace_back();
    one.commands = batch::of("PING");
    one.count = 1;
    small.push(one);
    batch two;
    two.add("PING").add("PING");
    EXPECT_FALSE(small.has_room(two));
    EXPECT_TRUE(small.has_room(batch::of("PING")));
    small.remove(one);
    EXPECT_TRUE(small.has_room(two));
}

TEST_F(RequestQueue, IsBoundedByBytesButLetsASingleLargeOneIn)
{
    request_queue small(100, 50);
    const std::string large(1000, 'x');
    EXPECT_TRUE(small.has_room(batch::of("ECHO", large)));
    pending_batch& one = all.emplace_back();
    one.commands = batch::of("ECHO", large);
    one.count = 1;
    small.push(one);
    EXPECT_FALSE(small.has_room(batch::of("PING")));
    small.remove(one);
    EXPECT_TRUE(small.has_room(batch::of("PING")));
}

TEST_F(RequestQueue, PutsBackInOrderWhatWasRefused)
{
    pending_batch& first = add(batch::of("INCR", "a"));
    pending_batch& second = add(batch::of("INCR", "b"));
    give_all();
    add(batch::of("INCR", "c"));
    queue.put_back(first);
    queue.put_back(second);
    EXPECT_EQ(queue.first_sent(), nullptr);
    EXPECT_EQ(waiting(), (places_of{2})) << "not before the connection is gone";
    EXPECT_FALSE(queue.empty());
    const auto lost = queue.lose(plenty, request_queue::retry::no);
    EXPECT_TRUE(lost.failed.empty());
    EXPECT_EQ(waiting(), (places_of{0, 1, 2}));
}

TEST_F(RequestQueue, KeepsARefusedTransactionWhoseConnectionEnds)
{
    batch commands = batch::of("MULTI");
    commands.add("INCR", "a").add("EXEC");
    add(std::move(commands)).refused = true;
    const auto left = give_all();
    const auto lost = queue.lose(left, request_queue::retry::no);
    EXPECT_TRUE(lost.failed.empty());
    EXPECT_EQ(waiting(), (places_of{0}));
    EXPECT_FALSE(all.front().refused) << "the next connection has not refused it";
}

TEST_F(RequestQueue, LosesNothingThatNeverLeft)
{
    add(batch::of("INCR", "a"));
    add(batch::of("INCR", "b"));
    give_all();
    const auto lost = queue.lose(0, request_queue::retry::no);
    EXPECT_TRUE(lost.failed.empty());
    EXPECT_EQ(lost.retried, 0u);
    EXPECT_EQ(waiting(), (places_of{0, 1}));
}

TEST_F(RequestQueue, FailsAWriteThatHasLeftAndKeepsTheOneThatLeftInPart)
{
    const pending_batch& first = add(batch::of("INCR", "a"));
    add(batch::of("INCR", "b"));
    give_all();
    const auto lost = queue.lose(first.commands.bytes() + 5, request_queue::retry::yes);
    EXPECT_EQ(places(lost.failed), places_of{0});
    EXPECT_EQ(waiting(), places_of{1});
}

TEST_F(RequestQueue, RunsAReadAgainOnce)
{
    add(batch::of("GET", "a"), true);
    const auto given = give_all();
    const auto lost = queue.lose(given, request_queue::retry::yes);
    EXPECT_TRUE(lost.failed.empty());
    EXPECT_EQ(lost.retried, 1u);
    give_all();
    EXPECT_EQ(places(queue.lose(given, request_queue::retry::yes).failed), places_of{0});
}

TEST_F(RequestQueue, RunsNoReadAgainWhereThatIsNotWanted)
{
    add(batch::of("GET", "a"), true);
    const auto given = give_all();
    EXPECT_EQ(places(queue.lose(given, request_queue::retry::no).failed), places_of{0});
}

TEST_F(RequestQueue, CallsABatchRunOnceItsFirstCommandHasLeft)
{
    batch two;
    two.add("INCR", "a").add("INCR", "b");
    const auto first = two.end(0);
    add(std::move(two));
    give_all();
    EXPECT_TRUE(queue.lose(first - 1, request_queue::retry::no).failed.empty());
    give_all();
    EXPECT_EQ(places(queue.lose(first, request_queue::retry::no).failed), places_of{0});
}

TEST_F(RequestQueue, CallsATransactionRunOnlyOnceItsExecHasLeft)
{
    batch transaction;
    transaction.add("MULTI").add("INCR", "a").add("EXEC");
    const auto whole = transaction.bytes();
    add(std::move(transaction));
    give_all();
    EXPECT_TRUE(queue.lose(whole - 1, request_queue::retry::no).failed.empty());
    give_all();
    EXPECT_EQ(places(queue.lose(whole, request_queue::retry::no).failed), places_of{0});
}

TEST_F(RequestQueue, PutsWhatItKeepsBeforeWhatWaited)
{
    add(batch::of("GET", "a"), true);
    add(batch::of("INCR", "b"));
    add(batch::of("GET", "c"), true);
    const auto given = give_all();
    add(batch::of("INCR", "d"));
    const auto lost = queue.lose(given, request_queue::retry::yes);
    EXPECT_EQ(places(lost.failed), places_of{1});
    EXPECT_EQ(waiting(), (places_of{0, 2, 3}));
}

TEST_F(RequestQueue, DropsWhatNobodyWaitsForAnyMore)
{
    add(batch::of("GET", "a"), true).sink = nullptr;
    give_all();
    EXPECT_EQ(places(queue.lose(0, request_queue::retry::yes).failed), places_of{0});
    EXPECT_EQ(queue.first_waiting(), nullptr);
}

}   // namespace
}   // namespace rediserve::redis
