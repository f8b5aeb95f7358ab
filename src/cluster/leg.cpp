#include "cluster/leg.hpp"

#include "cluster/dispatch.hpp"

namespace rediserve::cluster {

void load::add(const load& from, std::size_t index)
{
    const target what = from.of(index);   // from may be without a list, this is not
    commands.append(from.commands, index);
    targets.push_back(what);
}

void load::add_asking(const load& from, std::size_t index)
{
    commands.add("ASKING");
    targets.emplace_back();
    add(from, index);
}

result<void> leg::send(node_link& to, load& given)
{
    redis::submit_options options = of_.options();
    options.until = of_.until();
    options.returned = &what.commands;
    redis::batch& commands = given.commands;
    const std::size_t size = commands.size();
    const auto sent = to.backend->submit(std::move(commands), options, *this);
    if (!sent)
        return sent.error();
    submission_ = *sent;
    size_ = size;
    answered = 0;
    what.targets = std::move(given.targets);
    given.targets.clear();
    to_ = node_hold(to);
    return {};
}

void leg::cancel() noexcept
{
    if (auto* const under_way = std::exchange(submission_, nullptr))
        to_->backend->cancel(*under_way);
    done();
}

void leg::done() noexcept
{
    away.clear();
    what.commands.clear();
    what.targets.clear();
    to_.release();
}

// A transaction is over with the first of its commands that is turned away, and none of it was run.
void leg::on_reply(const redis::reply_view& reply, std::size_t index) noexcept
{
    const target what_for = what.of(index);
    const bool last = index + 1 == size_;
    answered = index + 1;
    const bool drop =
        what_for.command == target::nobody || turns_away(reply, index, what_for) || (of_.whole() && !away.empty());
    if (last)
        submission_ = nullptr;
    if (last && away.empty())
        done();
    if (!drop)
        of_.on_reply(what_for, reply);
    if (last && !away.empty())
        of_.on_turned_away(*this);
}

bool leg::turns_away(const redis::reply_view& reply, std::size_t index, const target& what_for)
{
    const auto where = reply.is_error() ? read_redirect(reply.text(), to_->at) : std::nullopt;
    const bool of_a_replica =
        where && where->is == redirect::kind::try_again && what_for.only;   // it says that it is one
    const bool goes_on = where && what_for.command != target::nobody && !of_a_replica;
    if (goes_on)
        away.push_back({index, *where});
    const bool in_trouble = where && where->is == redirect::kind::down;
    if (!in_trouble)
        to_->trouble_since = never;
    else if (to_->trouble_since == never)
        to_->trouble_since = std::chrono::steady_clock::now();
    return goes_on;
}

void leg::on_failure(error why) noexcept
{
    submission_ = nullptr;
    of_.on_leg_failed(*this, why);
}

}   // namespace rediserve::cluster
