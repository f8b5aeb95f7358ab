#include "cluster/node_question.hpp"

#include <utility>

namespace rediserve::cluster {

node_question::~node_question()
{
    if (submission_)
        to_->backend->cancel(*submission_);
}

result<void> node_question::ask(redis::batch&& what, std::chrono::milliseconds patience)
{
    redis::submit_options options;
    options.read_only = true;
    options.until = std::chrono::steady_clock::now() + patience;
    const auto sent = to_->backend->submit(std::move(what), options, *this);
    if (!sent)
        return sent.error();
    submission_ = *sent;
    return {};
}

void node_question::on_reply(const redis::reply_view& reply, std::size_t) noexcept
{
    submission_ = nullptr;
    by_.on_answer(*this, reply);
}

void node_question::on_failure(error why) noexcept
{
    submission_ = nullptr;
    by_.on_silence(*this, why);
}

}   // namespace rediserve::cluster
