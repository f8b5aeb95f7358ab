// GET of one key with ?wait=: answered when the key is not what the client knows any more.
#include "api/ask.hpp"
#include "api/keys/changes.hpp"
#include "api/keys/get.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/scripts.hpp"

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <optional>
#include <string>
#include <utility>

namespace rediserve::api::keys {

namespace {

// What the client knows already, and there still is.
struct known_state
{
    bool read = false;   // else it is not known what there is
    std::optional<etag> tag = {};
    bool weak = false;
};

bool is_known(const read_request& wish, const etag& tag) noexcept
{
    return judge(wish.conditions, tag.opaque()) == verdict::not_modified;
}

// Without If-None-Match it is the key's coming into being that is waited for.
bool is_known(const read_request& wish, const redis::reply_view& found) noexcept
{
    if (found.is_nil())
        return wish.conditions.none();
    return found.is_string() && is_known(wish, etag::of(found.text()));
}

known_state looked_at(const commands::reply_or_error& got)
{
    known_state now{.read = true};
    if (got && got->is_string())
        now.tag = etag::of(got->text());
    return now;
}

void render_unchanged(const call& of, const known_state& now)
{
    if (!now.tag)
        return fail_not_found(of);
    http::response& answer = of.exchange.response();
    answer.begin(304);
    answer.field("ETag", (now.weak ? "W/" : "") + std::string(now.tag->quoted()));
    answer.field("Vary", "Accept");
    answer.finish();
}

steady_time end_of(const call& of, const read_request& wish)
{
    const auto granted = std::min(of.settings.watch_wait, of.backend.time_left());
    return std::chrono::steady_clock::now() + std::min(*wish.wait, granted);
}

// What changes is told from before the first look, so nothing is missed between two of them.
task wait_and_read(keys_call of, key_name key, read_request wish, steady_time until)
{
    of.backend.stay_at_primary();   // a replica may not know yet what is told
    std::optional<changes> listening(std::in_place, of, redis::subscription_kind::key, key.view());
    changes& heard = *listening;
    if (const auto begun = heard.begin(until); !begun)
        co_return fail(of, begun.error());
    known_state now;
    for (bool news = false; !news;) {
        co_await heard;
        if (heard.failure())
            co_return fail(of, *heard.failure());
        if (heard.over() && now.read)
            co_return render_unchanged(of, now);
        heard.forget();
        redis::batch command = redis::batch::of("GET", key.view());
        const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(command));
        now = looked_at(got);
        if (got && got->is_error("WRONGTYPE") && wish.form == form::json) {
            commands::script_request describe = describe_whole(key.view(), of.settings.collection_items);
            const commands::reply_or_error described = co_await ask(of, effect::reads, describe);
            now = {.read = true, .tag = tag_of_collection(key.view(), described), .weak = true};
            news = !now.tag || !is_known(wish, *now.tag);
        } else {
            news = !got || !is_known(wish, *got);
        }
        if (!news && heard.over())
            co_return render_unchanged(of, now);
    }
    listening.reset();
    const task answering = read_now(of, std::move(key), std::move(wish));
    co_await std::suspend_always();   // it finishes the answer, and both end with the exchange
}

}   // namespace

task wait_for_value(const keys_call& of, key_name&& key, read_request&& wish)
{
    if (const auto seat = stream_seat::available(of); !seat)
        return refuse(of, seat.error());
    const steady_time until = end_of(of, wish);
    return wait_and_read(of, std::move(key), std::move(wish), until);
}

}   // namespace rediserve::api::keys
