#include "redis/replicas.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::redis {

namespace {

using namespace std::chrono_literals;

constexpr auto between_looks = 10s;
constexpr auto until_next_try = 1s;   // when nobody could be asked
constexpr auto between_sweeps = 500ms;

params params_for(const params& primary, const place& at)
{
    params made = primary;
    address& to = made.address;
    to.topology = topology::standalone;
    to.transport = to.transport == transport::unix_socket ? transport::tcp : to.transport;
    to.host = at.host;
    to.port = at.port;
    to.seeds.clear();
    made.replica = true;
    return made;
}

error why_closed()
{
    return error(errc::backend_unavailable, "the replica is not asked any more", executed::no);
}

}   // namespace

replica::replica(const carrier::surroundings& of_primary, const place& at)
    : settings(params_for(of_primary.settings, at))
    , around{of_primary.context, settings, of_primary.tls, of_primary.batches, of_primary.metrics, nullptr}
    , shared(around)
{
    shared.start();
}

replicas::replicas(const carrier::surroundings& around, pool& primary)
    : around_(around), primary_(primary), names_(around.settings.node_map), sweep_(around.context, [this] { sweep(); })
{}

replicas::~replicas()
{
    if (asked_)
        primary_.cancel(static_cast<pending_batch&>(*asked_));
}

result<submission*> replicas::submit(batch&& commands, const submit_options& options, reply_sink& sink)
{
    if (options.at_replica)
        look(std::chrono::steady_clock::now());
    if (spare_.empty())
        spare_.push_back(trips_.emplace_back(std::make_unique<replica_trip>(*this)).get());
    replica_trip& made = *spare_.back();
    spare_.pop_back();
    if (const auto begun = made.begin(std::move(commands), options, sink); !begun) {
        give_back(made);
        return begun.error();
    }
    return &made;
}

void replicas::cancel(replica_trip& what) noexcept
{
    what.drop();
}

void replicas::give_back(replica_trip& what) noexcept
{
    what.reset();
    spare_.push_back(&what);
}

void replicas::stop(const error& why) noexcept
{
    sweep_.stop();
    if (auto* const asked = std::exchange(asked_, nullptr))
        primary_.cancel(static_cast<pending_batch&>(*asked));
    for (replica& each : all_)
        each.shared.stop(why);
}

replica* replicas::choose(steady_time now) noexcept
{
    replica* best = nullptr;
    for (replica& each : all_) {
        const bool fit = !each.leaving && each.shared.health().up && each.load.usable(now);
        if (fit && (!best || each.load.score() < best->load.score()))
            best = &each;
    }
    return best;
}

// ---- who they are --------------------------------------------------------------------------------------------------

void replicas::look(steady_time now)
{
    used_ = now;
    if (!sweep_.armed())
        sweep_.after(around_.settings.lease_idle);
    if (asked_ || now < look_again_)
        return;
    const auto asked = primary_.submit(batch::of("INFO", "replication"), {.read_only = true}, *this);
    look_again_ = now + (asked ? between_looks : until_next_try);
    if (asked)
        asked_ = *asked;
}

void replicas::on_reply(const reply_view& reply, std::size_t) noexcept
{
    asked_ = nullptr;
    const auto state = replication_state::told_by(reply);
    if (!state)
        return;
    history_ = state->at.history;
    std::vector<place> places;
    for (const place& each : state->replicas)
        places.push_back(names_.reachable(each));
    assign(places);
}

bool replicas::trusts(const replication_state& one, const written& all)
{
    const bool same = one.at.history == history_;
    if (!same)   // one of them has been replaced
        look_again_ = std::min(look_again_, std::chrono::steady_clock::now() + until_next_try);
    return same && one.has(all);
}

// Those that are known may be there all the same.
void replicas::on_failure(error) noexcept
{
    asked_ = nullptr;
    look_again_ = std::chrono::steady_clock::now() + until_next_try;
}

void replicas::assign(std::span<const place> places)
{
    const auto place_of = [](const replica& each) {
        return place{each.settings.address.host, each.settings.address.port};
    };
    for (replica& each : all_)
        each.leaving = std::ranges::find(places, place_of(each)) == places.end();
    for (const place& at : places)
        if (std::ranges::find(all_, at, place_of) == all_.end())
            all_.emplace_back(around_, at);
    if (std::ranges::any_of(all_, &replica::leaving))
        sweep_.after(between_sweeps);
}

void replicas::sweep()
{
    const auto now = std::chrono::steady_clock::now();
    const bool idle = now - used_ >= around_.settings.lease_idle;
    if (idle)
        look_again_ = now;
    all_.remove_if([&](replica& each) {
        each.leaving = each.leaving || idle;
        const bool over = each.leaving && each.users == 0;
        if (over)
            each.shared.stop(why_closed());
        return over;
    });
    const bool more = std::ranges::any_of(all_, &replica::leaving);
    if (!all_.empty())
        sweep_.after(more ? std::chrono::milliseconds(between_sweeps) : around_.settings.lease_idle);
}

}   // namespace rediserve::redis
