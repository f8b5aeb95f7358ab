#include "cluster/scans.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::cluster {

namespace {

constexpr std::chrono::milliseconds patience{1000};   // with each node

}   // namespace

scans::scans(boost::asio::io_context& context, topology& where, nodes& through)
    : where_(where), nodes_(through), begin_(context, [this] { begin(); })
{
    where_.watch(*this);
}

scans::~scans()
{
    where_.unwatch(*this);
}

const scans::plan_pointer& scans::plan()
{
    if (plan_ && compared_ == where_.map())
        return plan_;
    compared_ = where_.map();
    if (!plan_ || !planned_for_->same_owners(*compared_))
        make_plan();
    return plan_;
}

void scans::make_plan()
{
    planned_for_ = where_.map();
    plan_ = std::make_shared<const scan_plan>(*planned_for_, open_, epoch_);
}

void scans::look(taker to)
{
    waiting_.push_back(std::move(to));
    if (served_.empty() && !begin_.armed())
        begin_.after(std::chrono::nanoseconds(0));
}

void scans::stop() noexcept
{
    begin_.stop();
    asked_.clear();
    served_.insert(served_.end(), waiting_.begin(), waiting_.end());
    waiting_.clear();
    finish(error(errc::draining, "the gateway is shutting down", executed::no));
}

// What was asked before somebody wanted to know does not count.
void scans::begin()
{
    served_.swap(waiting_);
    wants_map_ = true;
    where_.ask_anew();
}

void scans::on_map() noexcept
{
    if (std::exchange(wants_map_, false))
        ask_primaries();
}

void scans::ask_primaries()
{
    node_question::asker& by = *this;
    open_.clear();
    epoch_ = 0;
    for (const shard& each : where_.map()->shards()) {
        auto made = std::make_unique<node_question>(by, nodes_.at(where_.map()->nodes()[each.primary].at));
        if (const auto sent = made->ask(redis::batch::of("CLUSTER", "NODES"), patience); !sent)
            return give_up(sent.error());
        asked_.push_back(std::move(made));
    }
}

void scans::on_answer(node_question& from, const redis::reply_view& reply) noexcept
{
    const auto open = read_migrations(reply.text());
    const auto epoch = read_epoch(reply.text());
    if (!open || !epoch)
        return give_up(error(errc::backend_protocol, "CLUSTER NODES has a form that is not known", executed::no));
    open_.insert(open_.end(), open->begin(), open->end());
    epoch_ = std::max(epoch_, *epoch);
    std::erase_if(asked_, [&](const auto& each) { return each.get() == &from; });
    if (!asked_.empty())
        return;
    make_plan();
    finish(plan_);
}

void scans::give_up(const error& why)
{
    asked_.clear();
    finish(error(errc::backend_unavailable, why.detail, executed::no));
}

void scans::finish(result<plan_pointer> with)
{
    if (wants_map_ && !with)
        wants_map_ = false;
    for (const taker& each : std::exchange(served_, {}))
        each(with);
    if (!waiting_.empty() && !begin_.armed())
        begin_.after(std::chrono::nanoseconds(0));
}

}   // namespace rediserve::cluster
