// GET of many keys: SCAN, as a page or as a stream.
#include "api/keys/list.hpp"

#include "api/accept.hpp"
#include "api/ask.hpp"
#include "api/json_writer.hpp"
#include "api/keys/cursor.hpp"
#include "api/keys/outcome.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace rediserve::api::keys {

namespace {

constexpr std::string_view lines_type = "application/x-ndjson";
constexpr std::array<std::string_view, 2> offered = {"application/json", lines_type};

constexpr std::array<known_option, 7> known = {{
    {"match", option_kind::value},
    {"type", option_kind::value},
    {"count", option_kind::value},
    {"cursor", option_kind::value},
    {"key", option_kind::repeated},
    {"watch", option_kind::value},
    {"snapshot", option_kind::value},
}};

// A reply of SCAN, while it lives.
struct scan_page
{
    std::uint64_t next = 0;   // 0: there is nothing more
    redis::reply_view keys;
};

std::optional<scan_page> got_page(const call& of, const commands::reply_or_error& got)
{
    if (!got_array(of, got, 2))
        return std::nullopt;
    const auto next = read_scan_cursor((*got)[0].text());
    if (!next || !(*got)[1].is_array()) {
        fail_unexpected(of);
        return std::nullopt;
    }
    return scan_page{*next, (*got)[1]};
}

void append_page(const call& of, buffer& to, const scan_page& page)
{
    std::string_view between = "{\"keys\":[";
    for (std::size_t i = 0; i < page.keys.size(); ++i) {
        if (!of.backend.shows(page.keys[i].text()))
            continue;
        to.append(std::exchange(between, ","));
        append_key_element(to, page.keys[i].text());
    }
    to.append(between.size() > 1 ? between : std::string_view());
    to.append("],\"cursor\":");
    if (page.next == 0)
        to.append("null");
    else
        append_string(to, encode_cursor(page.next), encoding::text);
    to.append('}');
}

void render_page(const keys_call& of, const scan_page& page, const scan_request& wish)
{
    http::response& answer = of.exchange.response();
    answer.begin(200);
    answer.field("Vary", "Accept");
    if (page.next != 0)
        answer.field("Link", "<" + wish.target(of.prefix, page.next) + ">; rel=\"next\"");
    append_page(of, answer.content("application/json", 1000), page);
    answer.finish();
}

void append_lines(const call& of, buffer& to, const redis::reply_view& keys)
{
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (!of.backend.shows(keys[i].text()))
            continue;
        to.append('{');
        append_key_member(to, keys[i].text());
        to.append("}\n");
    }
}

void begin_stream(http::response& answer)
{
    answer.begin(200);
    answer.field("Vary", "Accept");
    answer.stream(lines_type);
}

// HEAD of a stream: nothing has to be read to know what its head is.
task announce_stream(const call& of)
{
    begin_stream(of.exchange.response());
    of.exchange.response().finish();
    return {};
}

}   // namespace

task get_keys(const keys_call& of)
{
    const http::request& request = of.exchange.request();
    const auto options = query::read(request.query, known);
    if (!options)
        return refuse(of, options.error());
    if (options->has("key")) {
        auto names = named_keys(*options, of.settings.key_bytes);
        if (!names)
            return refuse(of, names.error());
        return read_values(of, std::move(*names));
    }
    if (options->has("watch")) {
        if (request.method == http::method::head)
            return refuse(of, {errc::bad_request, "the option \"watch\" is for GET"});
        auto what = watch_request::read(*options, of.settings.key_bytes);
        if (!what)
            return refuse(of, what.error());
        return watch_keys(of, std::move(*what));
    }
    if (options->has("snapshot"))
        return refuse(of, {errc::bad_request, "the option \"snapshot\" goes with \"watch\""});
    auto wish = scan_request::read(*options);
    if (!wish)
        return refuse(of, wish.error());
    if (negotiate(request[http::header::accept], offered) == 0)
        return read_page(of, std::move(*wish));
    if (request.method == http::method::head)
        return announce_stream(of);
    return stream_keys(of, std::move(*wish));
}

task read_page(keys_call of, scan_request wish)
{
    redis::batch command = wish.command(of.settings.scan_count);
    const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(command));
    if (const auto page = got_page(of, got))
        render_page(of, *page, wish);
}

// Page by page, and the next one is fetched when the client has taken most of the last. When a page fails, the answer that
// has begun is cut off: what looks complete is complete.
task stream_keys(keys_call of, scan_request wish)
{
    constexpr std::size_t least_count = 1000;   // fewer round trips than a page for people needs
    http::response& answer = of.exchange.response();
    do {
        redis::batch command = wish.command(std::max(of.settings.scan_count, least_count));
        const commands::reply_or_error got = co_await ask(of, effect::reads, std::move(command));
        const auto page = got_page(of, got);
        if (!page)
            co_return;
        if (!answer.begun())
            begin_stream(answer);
        append_lines(of, answer.chunk(), page->keys);
        wish.cursor = page->next;
        co_await answer.drained();
    } while (wish.cursor != 0);
    answer.finish();
}

}   // namespace rediserve::api::keys
