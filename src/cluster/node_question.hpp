// A question of the gateway's own to one node.
#pragma once

#include "cluster/nodes.hpp"
#include "rediserve/redis/backend.hpp"

#include <chrono>

namespace rediserve::cluster {

// Keeps the node while it waits for the answer. Withdrawn when it is destroyed.
class node_question final : private redis::reply_sink
{
public:
    class asker
    {
    public:
        // Each may destroy the question.
        virtual void on_answer(node_question& to, const redis::reply_view& reply) noexcept = 0;
        virtual void on_silence(node_question& to, const error& why) noexcept = 0;

    protected:
        ~asker() = default;
    };

    node_question(asker& by, node_link& to) : by_(by), to_(to) {}
    node_question(const node_question&) = delete;
    node_question& operator=(const node_question&) = delete;
    ~node_question();

    // Once. The asker is never called from inside.
    result<void> ask(redis::batch&& what, std::chrono::milliseconds patience);
    const redis::place& asked() const noexcept { return to_->at; }

private:
    void on_reply(const redis::reply_view& reply, std::size_t index) noexcept override;
    void on_failure(error why) noexcept override;

    asker& by_;
    node_hold to_;
    redis::submission* submission_ = nullptr;
};

}   // namespace rediserve::cluster
