#include "telemetry/writer.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <limits>

namespace rediserve::telemetry {

namespace {

using steady_clock = std::chrono::steady_clock;

constexpr std::size_t batch_bytes = 16 * 1024;         // lines that wait together are written together
constexpr std::chrono::milliseconds patience{1000};    // for a stuck reader, at the end of the process
constexpr std::chrono::milliseconds look_around{50};   // how often a stuck writer looks whether the end has come

// How much to write at once. A pipe that is ready takes this much without blocking (pipe(7), PIPE_BUF); a file takes
// everything, and is so given whole lines even where another one takes its place.
std::size_t piece_for(int descriptor) noexcept
{
    struct stat facts = {};
    const bool is_file = ::fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode);
    return is_file ? std::numeric_limits<std::size_t>::max() : PIPE_BUF;
}

}   // namespace

// Runs on the writer's thread alone, but for close() and lost(), and flush() after its end.
class output_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex>
{
public:
    explicit output_sink(int descriptor) : descriptor_(descriptor) {}

    void attach(spdlog::details::thread_pool& queue) noexcept { queue_ = &queue; }
    // From now on a reader that takes nothing is waited for only so long.
    void close() noexcept { closing_.store(true, std::memory_order_relaxed); }
    std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override
    {
        waiting_.append({message.payload.data(), message.payload.size()});
        waiting_.append('\n');
        ++waiting_lines_;
        if (waiting_.size() >= batch_bytes || queue_->queue_size() == 0)
            flush_();
    }

    void flush_() override
    {
        const std::size_t total = waiting_.size();
        const std::size_t written = write_all(waiting_.view());
        if (written < total)
            lost_.fetch_add(waiting_lines_, std::memory_order_relaxed);
        waiting_.clear();
        if (written > 0 && written < total)
            waiting_.append('\n');   // so that the next line does not go on with the torn one
        waiting_lines_ = 0;
    }

private:
    // How much of it was taken.
    std::size_t write_all(std::string_view bytes) noexcept
    {
        const std::size_t piece = piece_for(descriptor_);
        std::size_t written = 0;
        while (written < bytes.size()) {
            if (!await_reader())
                return written;
            const ssize_t n = ::write(descriptor_, bytes.data() + written, std::min(bytes.size() - written, piece));
            if (n < 0 && errno != EINTR && errno != EAGAIN)
                return written;
            written += n > 0 ? static_cast<std::size_t>(n) : 0;
        }
        return written;
    }

    bool await_reader() noexcept
    {
        for (;;) {
            pollfd output{descriptor_, POLLOUT, 0};
            if (::poll(&output, 1, static_cast<int>(look_around.count())) > 0)
                return true;   // or broken, which write() will say
            if (!closing_.load(std::memory_order_relaxed))
                continue;
            if (give_up_ == steady_clock::time_point::max())
                give_up_ = steady_clock::now() + patience;
            if (steady_clock::now() >= give_up_)
                return false;
        }
    }

    int descriptor_;
    spdlog::details::thread_pool* queue_ = nullptr;
    buffer waiting_;
    std::uint64_t waiting_lines_ = 0;
    steady_clock::time_point give_up_ = steady_clock::time_point::max();
    std::atomic<bool> closing_{false};
    std::atomic<std::uint64_t> lost_{0};
};

namespace {

// Signals are for the control thread.
void prepare_thread(const char* name)
{
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    ::pthread_setname_np(::pthread_self(), name);
}

}   // namespace

writer::writer(int descriptor, std::size_t queue, const char* name)
    : sink_(std::make_shared<output_sink>(descriptor))
    , thread_(std::make_shared<spdlog::details::thread_pool>(queue, 1, [name] { prepare_thread(name); }))
    , logger_(
          std::make_shared<spdlog::async_logger>("log", sink_, thread_, spdlog::async_overflow_policy::overrun_oldest)
      )
{
    sink_->attach(*thread_);
    logger_->set_level(spdlog::level::trace);
}

writer::~writer()
{
    sink_->close();
    thread_.reset();   // the last owner: joins the thread after what is queued
    sink_->flush();    // the last lines may have waited for the message that ended the thread
}

void writer::write(std::string_view line) noexcept
{
    logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

std::uint64_t writer::dropped() const noexcept
{
    return thread_->overrun_counter() + sink_->lost();
}

}   // namespace rediserve::telemetry
