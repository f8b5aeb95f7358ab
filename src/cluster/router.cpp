#include "cluster/router.hpp"

#include <algorithm>

namespace rediserve::cluster {

namespace {

// Until what waits is tried again, whatever has changed; the more of it there is the longer, so that trying never takes more
// than some of the time.
constexpr std::chrono::microseconds between_tries{25'000};
constexpr std::chrono::microseconds for_each_that_waits{20};

}   // namespace

router::router(
    boost::asio::io_context& context, const redis::params& settings, cluster::topology& where, nodes& through,
    const std::shared_ptr<const commands::command_table>& table
)
    : settings_(settings)
    , topology_(where)
    , nodes_(through)
    , table_(table)
    , names_(settings.node_map)
    , scans_(context, where, through)
    , wake_(context, [this] { wake(); })
{
    topology_.watch(*this);
    if (map())
        learn_nodes();
}

router::~router()
{
    topology_.unwatch(*this);
}

result<redis::submission*> router::submit(
    redis::batch&& commands, const redis::submit_options& options, redis::reply_sink& to
)
{
    if (spare_.empty())
        spare_.push_back(all_.emplace_back(std::make_unique<dispatch>(*this)).get());
    dispatch& made = *spare_.back();
    const auto begun = made.begin(std::move(commands), options, to);
    if (!begun) {
        made.reset();
        return begun.error();
    }
    spare_.pop_back();
    return &made;
}

void router::cancel(redis::submission& what) noexcept
{
    give_back(static_cast<dispatch&>(what));
}

void router::give_back(dispatch& what) noexcept
{
    wait_no_more(what);
    what.reset();
    spare_.push_back(&what);
}

void router::stop() noexcept
{
    wake_.stop();
    scans_.stop();
    const error why(errc::draining, "the gateway is shutting down", executed::no);
    while (!waiting_.empty())
        waiting_.front().fail_all(why);
}

// ---- who is there --------------------------------------------------------------------------------------------------

const error* router::hopeless() const noexcept
{
    return !map() && topology_.gave_up() ? &topology_.why() : nullptr;
}

node_link* router::owner_of(std::uint16_t slot) noexcept
{
    const shard* const owner = map()->shard_of(slot);
    return owner ? primaries_[static_cast<std::size_t>(owner - map()->shards().data())] : nullptr;
}

node_link& router::any(std::uint32_t number) noexcept
{
    const std::size_t first = number % primaries_.size();
    for (std::size_t i = 0; i < primaries_.size(); ++i) {
        node_link& one = *primaries_[(first + i) % primaries_.size()];
        if (one.backend->health().up)
            return one;
    }
    return *primaries_[first];
}

std::vector<node_link*> router::replicas()
{
    std::vector<node_link*> all;
    for (const shard& each : map()->shards())
        for (const std::size_t replica : each.replicas)
            all.push_back(&nodes_.at(map()->nodes()[replica].at));
    return all;
}

std::int32_t router::slot_of_node(const redis::place& at) const noexcept
{
    for (const std::uint16_t slot : shards_)
        if (map()->primary_of(slot)->at == at)
            return slot;
    return target::anywhere;
}

void router::on_map() noexcept
{
    learn_nodes();
    wake();
}

// Replicas are connected to while something is asked of them.
void router::learn_nodes()
{
    std::vector<redis::place> kept;
    for (const shard& each : map()->shards())
        kept.push_back(map()->nodes()[each.primary].at);
    nodes_.keep_only(kept);
    primaries_.clear();
    for (const redis::place& each : kept)
        primaries_.push_back(&nodes_.at(each));
    learn_slots();
}

void router::learn_slots()
{
    shards_.clear();
    std::vector<bool> seen(primaries_.size());
    for (std::size_t slot = 0; slot < slot_count; ++slot) {
        const shard* const owner = map()->shard_of(static_cast<std::uint16_t>(slot));
        if (!owner)
            continue;
        const auto which = static_cast<std::size_t>(owner - map()->shards().data());
        if (!seen[which])
            shards_.push_back(static_cast<std::uint16_t>(slot));
        seen[which] = true;
    }
}

std::span<const std::string_view> router::words_of(const redis::batch& from, std::size_t index)
{
    from.words(index, words_);
    return words_;
}

// ---- what waits ----------------------------------------------------------------------------------------------------

void router::wait(dispatch& what, bool for_a_change)
{
    if (!what.is_linked()) {
        waiting_.push_back(what);
        ++waiting_count_;
    }
    if (!for_a_change || !wake_.armed())
        wake_.after(for_a_change ? pause() : std::chrono::microseconds(0));
}

std::chrono::microseconds router::pause() const noexcept
{
    return between_tries + for_each_that_waits * static_cast<std::int64_t>(waiting_count_);
}

void router::wait_no_more(dispatch& what) noexcept
{
    if (!what.is_linked())
        return;
    what.unlink();
    --waiting_count_;
}

// Whom others that are told cancel is not woken; who waits again waits for the next time.
void router::wake() noexcept
{
    decltype(waiting_) all;
    all.swap(waiting_);
    while (!all.empty()) {
        dispatch& next = all.front();
        wait_no_more(next);
        next.try_again();
    }
}

}   // namespace rediserve::cluster
