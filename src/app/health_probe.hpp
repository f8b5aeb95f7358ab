// Asks Redis once a second whether it still answers: a frozen server keeps its connections. A cluster does as long as any of
// its nodes does.
#pragma once

#include "rediserve/redis/backend.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace rediserve::app {

// Lives on a shard's thread, on the connections that its requests use.
class health_probe final : private redis::reply_sink
{
public:
    health_probe(boost::asio::io_context& context, redis::backend& backend);
    // A turn after stop(), or with the thread ended.
    ~health_probe() { stop(); }

    void start();
    void stop() noexcept;

    // What keeps Redis from being used although it is connected; empty: nothing is known. Any thread. Static text.
    std::string_view trouble() const noexcept;

private:
    enum class verdict : std::uint8_t { good, silent, refusing };

    void ask();
    void wait();
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;
    void on_failure(error why) noexcept override;

    redis::backend& backend_;
    boost::asio::steady_timer timer_;
    redis::submission* asked_ = nullptr;
    std::atomic<verdict> verdict_{verdict::good};
    bool stopped_ = false;
};

}   // namespace rediserve::app
