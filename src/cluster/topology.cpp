#include "cluster/topology.hpp"

#include "rediserve/telemetry/log.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace rediserve::cluster {

using telemetry::level;
using telemetry::report;

namespace {

using std::chrono::milliseconds;

constexpr milliseconds between_rounds{10'000};   // when nothing is in doubt
constexpr milliseconds doubtful{50};             // of many doubts at a time, one question
constexpr milliseconds patience{1000};           // with one node
constexpr std::size_t asked_at_once = 3;

bool contains(const std::vector<redis::place>& list, const redis::place& what)
{
    return std::ranges::find(list, what) != list.end();
}

}   // namespace

topology::topology(boost::asio::io_context& context, const redis::params& settings, nodes& through)
    : settings_(settings)
    , nodes_(through)
    , names_(settings.node_map)
    , why_(errc::backend_unavailable, "no node of the cluster has been asked yet", executed::no)
    , next_(context, [this] { begin(); })
{}

topology::~topology() = default;

void topology::start()
{
    begin();
}

void topology::stop() noexcept
{
    next_.stop();
    withdraw();
}

void topology::unwatch(watcher& by) noexcept
{
    std::erase(watchers_, &by);
}

void topology::doubt()
{
    if (asking_ || std::exchange(doubted_, true))
        return;
    next_.after(doubtful);
}

void topology::ask_anew()
{
    withdraw();
    next_.after(milliseconds(0));
}

// ---- a round -------------------------------------------------------------------------------------------------------

void topology::begin()
{
    asking_ = true;
    doubted_ = false;
    choose_candidates();
    ask_more();
}

// Those that answer well first: nodes that are up, then others, then what the configuration says.
void topology::choose_candidates()
{
    static thread_local std::minstd_rand random{std::random_device()()};
    std::vector<redis::place> seeds = settings_.address.seeds;
    std::vector<redis::place> up;
    std::vector<redis::place> others;
    for (const node_link& one : nodes_.all())
        if (!contains(seeds, one.at) || one.backend->health().up)
            (one.backend->health().up && !one.leaving ? up : others).push_back(one.at);
    std::erase_if(seeds, [&](const redis::place& one) { return contains(up, one) || contains(others, one); });
    std::ranges::shuffle(up, random);
    std::ranges::shuffle(others, random);
    std::ranges::shuffle(seeds, random);
    seeds.insert(seeds.end(), others.begin(), others.end());
    seeds.insert(seeds.end(), up.begin(), up.end());
    untried_ = std::move(seeds);
    promising_ = map_ ? up.size() : untried_.size();
}

// At the start nothing is known about any of them, and all are asked; later one that is not up only when no other answers.
void topology::ask_more()
{
    node_question::asker& by = *this;
    const std::size_t most = map_ ? asked_at_once : untried_.size();
    while (asked_.size() < most && !untried_.empty() && (promising_ > 0 || asked_.empty())) {
        promising_ -= promising_ > 0 ? 1 : 0;
        const redis::place next = std::move(untried_.back());
        untried_.pop_back();
        auto asked = std::make_unique<node_question>(by, nodes_.at(next));
        const auto sent = asked->ask(redis::batch::of("CLUSTER", "SLOTS"), patience);
        if (sent)
            asked_.push_back(std::move(asked));
        else
            why_ = sent.error();
    }
    if (asked_.empty())
        give_up();
}

void topology::on_answer(node_question& from, const redis::reply_view& reply) noexcept
{
    if (reply.is_error())
        return on_silence(from, error(errc::backend_unavailable, std::string(reply.text()), executed::no));
    auto found = slot_map::parse(reply, from.asked(), names_);
    if (!found)
        return on_silence(from, found.error());
    if (found->shards().empty())
        return on_silence(from, error(errc::backend_unavailable, "no node serves any slot", executed::no));
    settle(std::make_shared<const slot_map>(std::move(*found)));
}

void topology::on_silence(node_question& from, const error& why) noexcept
{
    why_ = error(errc::backend_unavailable, why.detail, executed::no);
    std::erase_if(asked_, [&](const auto& each) { return each.get() == &from; });
    ask_more();
}

void topology::settle(std::shared_ptr<const slot_map> found)
{
    withdraw();
    failures_ = 0;
    if (!map_ || !map_->same_owners(*found))
        report(level::info, "cluster", "map", {{"nodes", found->nodes().size()}, {"complete", found->complete()}});
    map_ = std::move(found);
    next_.after(between_rounds);
    for (watcher* const each : std::vector(watchers_))
        each->on_map();
}

void topology::give_up()
{
    withdraw();
    if (failures_++ == 0)
        report(level::warn, "cluster", "silent", {{"why", why_.detail}});
    const auto longer = settings_.backoff_first * (std::int64_t{1} << std::min(failures_, 10u));
    next_.after(std::min(longer, settings_.backoff_max));
    for (watcher* const each : std::vector(watchers_))
        each->on_no_answer();
}

void topology::withdraw() noexcept
{
    asking_ = false;
    untried_.clear();
    asked_.clear();
}

}   // namespace rediserve::cluster
