#include "rediserve/access/rate_reports.hpp"

#include "access/rate_key.hpp"
#include "rediserve/commands/script.hpp"
#include "rediserve/telemetry/log.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rediserve::access {

namespace {

using std::chrono::microseconds;
using namespace std::chrono_literals;

constexpr auto soon = 25ms;             // until what was taken is reported, however little it is
constexpr auto after_failure = 250ms;   // until Redis is tried again
constexpr auto between_warnings = 60s;

// The bucket of all gateways: when it will be full, in microseconds of Redis' own clock. Arguments: the time it takes to fill
// by what was taken, and how long ago the first of that may have been taken: it was filling meanwhile. Returns how long it
// will take to be full.
constexpr std::string_view count_source = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full_at = tonumber(redis.call('GET', KEYS[1])) or 0
full_at = math.max(full_at, now - ARGV[2]) + ARGV[1]
local missing = full_at - now
if missing > 0 then
  redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil(missing / 1000))
end
return missing
)lua";

const commands::script& count_script()
{
    static const commands::script the_one(count_source);
    return the_one;
}

}   // namespace

// ---- one report ----------------------------------------------------------------------------------------------------

class rate_reports::report final : public redis::reply_sink
{
public:
    report(rate_reports& home, job of, const tally::block& begun, time now)
        : what(std::move(of)), taken(begun), sent_at(now), home_(home)
    {}
    report(const report&) = delete;
    report& operator=(const report&) = delete;
    ~report()
    {
        if (submission_)
            client().cancel(*submission_);
    }

    // By digest; by source when Redis does not know that. Fails as redis::client::submit does.
    result<void> submit()
    {
        const commands::script& script = count_script();
        const std::string key = rate_key(what.whose->name, what.of.name);
        const auto cost = std::chrono::ceil<microseconds>(time_for(what.within, taken.amount));
        const auto age = std::chrono::floor<microseconds>(std::max(sent_at - taken.since, time::duration(0)));
        auto command = by_source_ ? redis::batch::of("EVAL", script.source(), 1, key, cost.count(), age.count())
                                  : redis::batch::of("EVALSHA", script.digest(), 1, key, cost.count(), age.count());
        const auto accepted = client().submit(std::move(command), {}, *this);
        if (!accepted)
            return accepted.error();
        submission_ = *accepted;
        return {};
    }

    const job what;
    const tally::block taken;
    const time sent_at;
    std::list<report>::iterator place;

private:
    redis::client& client() const noexcept { return *what.to->to->backend; }

    void on_reply(const redis::reply_view& reply, std::size_t) noexcept override
    {
        submission_ = nullptr;
        const time now = std::chrono::steady_clock::now();
        if (!by_source_ && reply.is_error("NOSCRIPT"))
            return send_source(now);
        if (!reply.is_integer())
            return home_.failed(*this, error(errc::redis_error, std::string(reply.text()), executed::no), now);
        learn(what.at(), what.within, microseconds(std::clamp(reply.integer(), -most, most)), sent_at);
        home_.ended(*this, now);
    }

    void on_failure(error why) noexcept override
    {
        submission_ = nullptr;
        home_.failed(*this, why, std::chrono::steady_clock::now());
    }

    void send_source(time now)
    {
        by_source_ = true;
        if (const auto sent = submit(); !sent)
            home_.failed(*this, sent.error(), now);
    }

    static constexpr std::int64_t most = std::int64_t{1} << 50;   // microseconds that are no mistake

    rate_reports& home_;
    redis::submission* submission_ = nullptr;
    bool by_source_ = false;
};

// ---- all of them ---------------------------------------------------------------------------------------------------

rate_reports::rate_reports(const servers& to, telemetry::shard_metrics& metrics, caller call)
    : metrics_(metrics), call_(std::move(call))
{
    use(to);
}

rate_reports::~rate_reports() = default;

void rate_reports::use(const servers& to)
{
    std::vector<std::shared_ptr<link>> next{link_to(to.find(0))};
    for (const server_ptr& one : to.all())
        if (one != next.front()->to)
            next.push_back(link_to(one));
    for (const auto& each : links_)
        each->leaving = std::ranges::find(next, each) == next.end();
    links_ = std::move(next);
}

// The one that there is, which remembers what it has failed at.
std::shared_ptr<rate_reports::link> rate_reports::link_to(const server_ptr& one) const
{
    const auto known = std::ranges::find(links_, one, [](const auto& each) { return each->to; });
    return known == links_.end() ? std::make_shared<link>(link{one}) : *known;
}

// nullptr: who is asking is given a server that has gone meanwhile, and is on the way out as well.
const std::shared_ptr<rate_reports::link>* rate_reports::link_of(const principal& by) const noexcept
{
    const std::size_t number = counted_at_.value_or(by.backend);
    if (number == 0)
        return &links_.front();
    const auto found = std::ranges::find(links_, number, [](const auto& each) { return each->to->number; });
    return found == links_.end() ? nullptr : &*found;
}

void rate_reports::took(const principal& by, const measure& what, std::uint64_t amount, time now)
{
    const rate& within = by.rates.*what.within;
    tally& of = ((*by.used).*what.by).unreported;
    const std::uint64_t there = of.add(amount);
    const std::shared_ptr<link>* const to = link_of(by);
    if (!to)
        return;   // the next one that takes something reports this too
    if (of.claim(now))
        wait({by.used, what, within, *to}, now);
    if (there >= block_of(within) && of.waiting())
        send({by.used, what, within, *to}, now);
}

void rate_reports::tell(time now)
{
    called_at_.reset();
    auto due = std::exchange(waiting_, {});
    for (auto& [at, one] : due) {
        if (!one.at().unreported.waiting())
            continue;   // somebody else has seen to it
        if (silent(one, now))
            wait(std::move(one), now);
        else
            send(one, now);
    }
}

void rate_reports::wait(job what, time now)
{
    ask_for_a_call(std::max<time>(now + soon, what.to->silent_until));
    const meter* const at = &what.at();
    waiting_.insert_or_assign(at, std::move(what));
}

void rate_reports::ask_for_a_call(time when)
{
    if (called_at_ && *called_at_ <= when)
        return;
    called_at_ = when;
    if (call_)
        call_(when);
}

void rate_reports::send(const job& what, time now)
{
    if (silent(what, now))
        return;
    const auto taken = what.at().unreported.begin();
    if (!taken)
        return;
    report& made = under_way_.emplace_back(*this, what, *taken, now);
    made.place = std::prev(under_way_.end());
    if (const auto sent = made.submit(); !sent)
        failed(made, sent.error(), now);
}

// What was taken meanwhile is for the next one.
void rate_reports::ended(report& which, time now)
{
    const job what = which.what;
    const time since = which.sent_at;
    under_way_.erase(which.place);
    tally& of = what.at().unreported;
    of.end();
    metrics_.rate_reports.add(1);
    if (what.to->leaving || of.amount() == 0 || !of.claim(since))
        return;
    wait(what, now);
    if (of.amount() >= block_of(what.within))
        send(what, now);
}

// What may have been counted is not reported again.
void rate_reports::failed(report& which, const error& why, time now)
{
    const job what = which.what;
    const std::uint64_t burst = burst_of(what.within);
    metrics_.rate_reports_failed.add(1);
    warn(why, now);
    if (why.code != errc::redis_error)
        what.to->silent_until = now + after_failure;
    const std::uint64_t again = why.executed == executed::maybe ? 0 : which.taken.amount;
    if (what.to->leaving)
        return give_up(which, std::min(again, burst));
    what.at().unreported.put_back({again, which.taken.since}, burst, now - time_for(what.within, burst));
    under_way_.erase(which.place);
    wait(what, now);
}

// There is no use in trying it again. Whoever takes something next reports this too, to the server there is then.
void rate_reports::give_up(report& which, std::uint64_t left)
{
    tally& of = which.what.at().unreported;
    of.add(left);
    of.end();
    under_way_.erase(which.place);
}

void rate_reports::warn(const error& why, time now)
{
    if (now < next_warning_ || why.code == errc::draining)
        return;
    next_warning_ = now + between_warnings;
    telemetry::report(telemetry::level::warn, "access", "rates_not_shared", {{"why", why.detail}});
}

}   // namespace rediserve::access
