// A backend on an event loop of the test, and sinks that remember.
#pragma once

#include "rediserve/redis/address.hpp"
#include "rediserve/redis/backend.hpp"
#include "rediserve/telemetry/metrics.hpp"
#include "support/redis_server.hpp"

#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rediserve::redis {

// A reply as text: "value", ":1", "+OK", "-ERR …", "(nil)", "[a b]".
std::string text_of(const reply_view& reply);

// One submission and what became of it.
class outcome final : public reply_sink
{
public:
    std::vector<std::string> replies;
    std::optional<error> failure;
    std::size_t expected = 1;
    submission* handle = nullptr;
    std::function<void()> then;   // called with the last reply or the failure

    bool over() const noexcept { return failure.has_value() || replies.size() >= expected; }
    // The failure's number and whether it was executed: "401 maybe"; or the replies, and that of each that is missing.
    std::string text() const;

private:
    void on_reply(const reply_view& reply, std::size_t index) noexcept override;
    void on_missing(const error& why, std::size_t index) noexcept override;
    void on_failure(error why) noexcept override;
};

// The failure's number and whether it was executed: "401 maybe".
std::string text_of(const error& why);

class BackendTest : public testing::Test
{
protected:
    BackendTest();
    ~BackendTest() override;

    // Until it is called there is no backend. `url` in place of that of server().
    void connect(params settings = {}, const std::string& url = {});

    // Turns the event loop until `condition` holds; false when it took too long.
    bool turn_until(
        const std::function<bool()>& condition, std::chrono::milliseconds within = std::chrono::seconds(10)
    );
    bool turn_until_up();
    // Lets everything happen that is ready to.
    void turn();

    // Submits without turning the loop.
    void submit(outcome& to, batch&& commands, submit_options options = {});
    // Submits, and waits for what becomes of it.
    std::string ask(batch&& commands, submit_options options = {});

    test::redis_server& server();

    boost::asio::io_context context{1};
    telemetry::shard_metrics metrics;
    std::unique_ptr<redis::backend> backend;

private:
    std::unique_ptr<test::redis_server> server_;
};

}   // namespace rediserve::redis
