// GET of one key with ?wait=: answered when the key is not what the client knows any more.
#include "api/ask.hpp"
#include "api/keys/changes.hpp"
#include "api/keys/get.hpp"
#include "api/keys/outcome.hpp"
#include "api/keys/scripts.hpp"

#include <algorithm>
#include <chrono>
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
bool waits_for_key(const read_request& wish) noexcept
{
    return !wish.conditions.if_none_match;
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

void render(const call& of, const key_name& key, const commands::reply_or_error& got, const read_request& wish)
{
    if (!got_string(of, got))
        return;
    if (wish.form == form::raw)
        render_raw(of, got->text(), wish);
    else
        render_string(of, key.view(), got->text(), wish);
}

steady_time end_of(const call& of, const read_request& wish)
{
    const auto granted = std::min(of.settings.longest_wait, of.backend.time_left());
    return std::chrono::steady_clock::now() + std::min(*wish.wait, granted);
}

task wait_and_read(keys_call of, key_name key, read_request wish, steady_time until)
{
    of.backend.stay_at_primary();   // a replica may not know yet what is told
    changes heard(of, redis::subscription_kind::key, key.view());
    if (const auto begun = heard.begin(until); !begun)
        co_return fail(of, begun.error());
    known_state now;
    for (;;) {
        co_await heard;
        if (heard.failure())
            co_return fail(of, *heard.failure());
        if (heard.over() && now.read)
            co_return render_unchanged(of, now);
        heard.forget();
        redis::batch command = redis::batch::of("GET", key.view());
        const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(command));
        if (got && got->is_nil() && waits_for_key(wish)) {
            now = {.read = true};
        } else if (got && got->is_string()) {
            const etag tag = etag::of(got->text());
            if (!is_known(wish, tag))
                co_return render(of, key, got, wish);
            now = {.read = true, .tag = tag};
        } else if (got && got->is_error("WRONGTYPE") && wish.form == form::json) {
            commands::script_request describe = describe_whole(key.view(), of.settings.collection_items);
            const commands::reply_or_error described = co_await ask(of, effect::reads, describe);
            const std::optional<etag> tag = tag_of_collection(key.view(), described);
            if (!tag || !is_known(wish, *tag))
                co_return render_described(of, key.view(), described, wish);
            now = {.read = true, .tag = tag, .weak = true};
        } else {
            co_return render(of, key, got, wish);
        }
        if (heard.over())
            co_return render_unchanged(of, now);
    }
}

}   // namespace

task wait_for_value(const keys_call& of, key_name&& key, read_request&& wish)
{
    if (wish.include.any() || wish.range)
        return refuse(of, {errc::bad_request, "the option \"wait\" goes neither with \"include\" nor with a range"});
    if (const auto seat = stream_seat::available(of); !seat)
        return refuse(of, seat.error());
    const steady_time until = end_of(of, wish);
    return wait_and_read(of, std::move(key), std::move(wish), until);
}

}   // namespace rediserve::api::keys
