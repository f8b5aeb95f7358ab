#include "telemetry/writer.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace rediserve::telemetry {
namespace {

class pipe_ends
{
public:
    pipe_ends()
    {
        int both[2] = {-1, -1};
        EXPECT_EQ(::pipe2(both, O_CLOEXEC), 0);
        reading_ = both[0];
        writing_ = both[1];
    }
    ~pipe_ends()
    {
        close_reading();
        close_writing();
    }

    int writing() const noexcept { return writing_; }
    void close_reading() { close(reading_); }
    void close_writing() { close(writing_); }

    // Takes the pipe's whole room; returns how much that was.
    std::size_t fill()
    {
        const int flags = ::fcntl(writing_, F_GETFL);
        ::fcntl(writing_, F_SETFL, flags | O_NONBLOCK);
        const std::string filler(4096, '#');
        std::size_t total = 0;
        for (ssize_t n = 0; (n = ::write(writing_, filler.data(), filler.size())) > 0;)
            total += static_cast<std::size_t>(n);
        ::fcntl(writing_, F_SETFL, flags);
        return total;
    }

    // Everything until the writing end is closed.
    std::string read_to_end() const
    {
        std::string all;
        std::vector<char> piece(65536);
        for (ssize_t n = 0; (n = ::read(reading_, piece.data(), piece.size())) > 0;)
            all.append(piece.data(), static_cast<std::size_t>(n));
        return all;
    }

private:
    static void close(int& descriptor)
    {
        if (descriptor >= 0)
            ::close(descriptor);
        descriptor = -1;
    }

    int reading_ = -1;
    int writing_ = -1;
};

std::size_t lines_in(std::string_view text)
{
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(LogWriter, WritesLinesInOrder)
{
    pipe_ends pipe;
    {
        writer log(pipe.writing(), 16);
        log.write("one");
        log.write("two");
        log.write("");
        log.write("three");
    }
    pipe.close_writing();
    EXPECT_EQ(pipe.read_to_end(), "one\ntwo\n\nthree\n");
}

TEST(LogWriter, WritesLinesLongerThanAPipe)
{
    pipe_ends pipe;
    const std::string line(300'000, 'x');
    std::string read;
    std::thread reader([&] { read = pipe.read_to_end(); });
    {
        writer log(pipe.writing(), 16);
        log.write(line);
    }
    pipe.close_writing();
    reader.join();
    EXPECT_EQ(read, line + "\n");
}

TEST(LogWriter, DropsAndCountsInsteadOfBlocking)
{
    constexpr std::size_t queue = 8;
    constexpr std::size_t written = 1000;
    const std::string line(8000, 'x');   // the writer holds three of them at most, the queue eight
    pipe_ends pipe;
    const std::size_t filler = pipe.fill();
    auto log = std::make_unique<writer>(pipe.writing(), queue);
    for (std::size_t i = 0; i < written; ++i)
        log->write(line);   // returns although nobody reads
    EXPECT_GE(log->dropped(), written - queue - 3);

    std::string read;
    std::thread reader([&] { read = pipe.read_to_end(); });
    const std::uint64_t dropped = log->dropped();
    log.reset();
    pipe.close_writing();
    reader.join();
    EXPECT_EQ(lines_in(read) + dropped, written) << "every line is either written or counted";
    EXPECT_EQ(read.size(), filler + lines_in(read) * (line.size() + 1));
}

TEST(LogWriter, EndsAlthoughNobodyReads)
{
    pipe_ends pipe;
    pipe.fill();
    writer log(pipe.writing(), 8);
    for (int i = 0; i < 20; ++i)
        log.write("into the void");
}

TEST(LogWriter, CountsWhatABrokenPipeSwallows)
{
    std::signal(SIGPIPE, SIG_IGN);
    pipe_ends pipe;
    pipe.close_reading();
    writer log(pipe.writing(), 8);
    log.write("gone");
    while (log.dropped() == 0)
        std::this_thread::yield();   // the test's time limit is the deadline
    EXPECT_EQ(log.dropped(), 1U);
}

}   // namespace
}   // namespace rediserve::telemetry
