#include "api/keys/streams/follow_request.hpp"

#include "api/keys/inside/listing.hpp"
#include "api/keys/query.hpp"

#include <array>

namespace rediserve::api::streams {

namespace {

using keys::known_option;
using keys::option_kind;

constexpr std::array<known_option, 7> known = {{
    {"_token", option_kind::value},   // said to the gateway
    {"from", option_kind::value},
    {"field", option_kind::repeated},
    {"group", option_kind::value},
    {"consumer", option_kind::value},
    {"count", option_kind::value},
    {"claim", option_kind::value},
}};

error bad(std::string why)
{
    return {errc::bad_request, std::move(why)};
}

// As Redis takes it: "5" is "5-0".
std::optional<stream_id> read_id(std::string_view text)
{
    if (text.find('-') == std::string_view::npos)
        return stream_id::read(std::string(text) + "-0");
    return stream_id::read(text);
}

// Of nothing at all it is known that nothing was added up to there, unless that is just where somebody wants to begin.
result<position> read_seen(std::string_view text)
{
    const auto id = read_id(text);
    if (!id)
        return bad("Last-Event-ID is the id of an entry, such as 1700000000000-0");
    position from{*id, {}};
    if (*id == stream_id::lowest())
        from.added = 0;
    return from;
}

result<position> read_from(std::string_view text)
{
    if (text == "$")
        return position::end();
    const auto id = read_id(text);
    if (!id)
        return bad(
            "\"from\" is $ (what is added from now on), 0 (all there is), or the id of the last entry that was seen"
        );
    return position{*id, {}};
}

result<void> read_group(const keys::query& options, follow_request& to)
{
    constexpr std::int64_t usual = 10;
    constexpr std::int64_t most = 100;
    constexpr std::chrono::seconds shortest_claim(1);
    to.group = options.find("group").value_or("");
    to.consumer = options.find("consumer").value_or("");
    const auto count = keys::read_number(options, "count", 1, most);
    if (!count)
        return count.error();
    to.count = static_cast<std::size_t>(count->value_or(usual));
    const auto claim = options.find("claim");
    if (!options.has("group"))
        return options.has("consumer") || *count || claim
            ? result<void>(bad("\"consumer\", \"count\" and \"claim\" go with \"group\""))
            : result<void>();
    if (to.group.empty() || to.consumer.empty())
        return bad("a group is followed with \"group\" and \"consumer\", both not empty");
    if (options.has("from"))
        return bad("where a group stands is known to Redis: \"from\" does not go with \"group\"");
    if (options.has("field"))
        return bad("a consumer is sent whole entries: \"field\" does not go with \"group\"");
    if (claim) {
        to.claim = keys::read_time(*claim);
        if (!to.claim || *to.claim < shortest_claim)
            return bad("the option \"claim\" takes a time such as 30s, 5m or 1h, from 1s to 24h");
    }
    return {};
}

}   // namespace

result<follow_request> follow_request::read(const http::request& request)
{
    const auto options = keys::query::read(request.query, known);
    if (!options)
        return options.error();
    follow_request wish;
    if (const auto fine = read_group(*options, wish); !fine)
        return fine.error();
    for (const std::string_view name : options->all("field"))
        wish.fields.emplace_back(name);
    const std::string_view seen = request[http::header::last_event_id];
    if (!wish.group.empty())
        return wish;
    auto from = seen.empty() ? read_from(options->find("from").value_or("$")) : read_seen(seen);
    if (!from)
        return from.error();
    wish.from = *from;
    return wish;
}

}   // namespace rediserve::api::streams
