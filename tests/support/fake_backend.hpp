// A Redis that says what a test has written down for it, in RESP.
#pragma once

#include "rediserve/redis/backend.hpp"

#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rediserve::test {

class fake_backend final : public redis::backend
{
public:
    using command = std::vector<std::string>;
    struct received
    {
        std::vector<command> commands;
        redis::submit_options options;
    };

    fake_backend();
    ~fake_backend() override;

    // What becomes of the batches to come, one of these for each, in order:
    void reply(std::string_view resp);   // as many replies as the batch has commands
    void fail(error why);                // later, through the sink
    void refuse(error why);              // at once

    // Answers, as long as there is a batch that waits and something written down.
    void run();

    const std::vector<received>& batches() const noexcept { return batches_; }
    // The commands of the latest batch.
    const std::vector<command>& latest() const { return batches_.back().commands; }
    std::size_t waiting() const noexcept { return waiting_.size(); }

    void start() override {}
    result<redis::submission*> submit(redis::batch&& commands, redis::submit_options options, redis::reply_sink& sink)
        override;
    void cancel(redis::submission& what) noexcept override;
    result<void> acquire(redis::lease_waiter& waiter) override;
    void cancel(redis::lease_waiter& waiter) noexcept override;
    const redis::backend_health& health() const noexcept override { return health_; }
    void stop() noexcept override {}

    redis::backend_health health_{true, {}};

private:
    struct refusal
    {
        error why;
    };
    using outcome = std::variant<std::string, error, refusal>;

    void deliver(redis::reply_sink& sink, const std::string& resp);

    std::deque<outcome> script_;
    std::list<redis::submission> waiting_;
    std::vector<received> batches_;
};

// The arguments of every command of a batch, read back from its wire form.
std::vector<fake_backend::command> commands_of(const redis::batch& batch);

// RESP of a bulk string, and of an array of what is RESP already.
std::string bulk(std::string_view bytes);
std::string array(const std::vector<std::string>& elements);

}   // namespace rediserve::test
