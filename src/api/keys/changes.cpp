#include "api/keys/changes.hpp"

#include <utility>

namespace rediserve::api::keys {

changes::changes(const call& of, redis::subscription_kind kind, std::string_view name)
    : of_(of), kind_(kind), name_(name), most_keys_(of.settings.watch_keys)
{
    of_.exchange.watch(this);
}

result<void> changes::begin(steady_time until)
{
    auto made = of_.backend.subscribe(kind_, name_, *this);
    if (!made)
        return made.error();
    hold_ = std::move(*made);
    has_end_ = until != never;
    if (has_end_)
        of_.exchange.wake_at(until);
    return {};
}

bool changes::take_gap() noexcept
{
    return std::exchange(gap_, false);
}

void changes::forget() noexcept
{
    gap_ = false;
    keys_.clear();
    bytes_ = 0;
}

std::set<std::string> changes::take(std::size_t most)
{
    std::set<std::string> taken;
    while (!keys_.empty() && taken.size() < most) {
        bytes_ -= keys_.begin()->size();
        taken.insert(keys_.extract(keys_.begin()));
    }
    return taken;
}

void changes::on_message(std::string_view, std::string_view key) noexcept
{
    if (gap_)
        return wake();   // all will be read
    if (keys_.size() >= most_keys_ || bytes_ + key.size() > most_bytes)
        return on_gap();
    if (keys_.emplace(key).second)
        bytes_ += key.size();
    wake();
}

void changes::assume_gap() noexcept
{
    forget();
    gap_ = true;
}

void changes::on_gap() noexcept
{
    assume_gap();
    wake();
}

void changes::on_failure(error why) noexcept
{
    failure_ = std::move(why);
    wake();
}

void changes::on_idle() noexcept
{
    if (!keeps_alive_)
        return;
    of_.exchange.response().chunk().append(":\n\n");
    of_.exchange.response().flush();
}

void changes::on_draining() noexcept
{
    over_ = true;
    wake();
}

void changes::on_time() noexcept
{
    if (!has_end_)
        return on_gap();
    over_ = true;
    wake();
}

void changes::wake() noexcept
{
    news_ = true;
    if (waiter_)
        std::exchange(waiter_, {}).resume();
}

}   // namespace rediserve::api::keys
