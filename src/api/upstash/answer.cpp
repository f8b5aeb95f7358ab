#include "api/upstash/answer.hpp"

#include "api/accept.hpp"
#include "api/errors.hpp"
#include "api/sync_token.hpp"
#include "api/upstash/json_reply.hpp"
#include "api/upstash/resp_reply.hpp"
#include "api/upstash/typed_reply.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>

namespace rediserve::api::upstash {

namespace {

using http::header;

// For who reads Redis' own form, which has no members.
std::string_view in_words(executed ran) noexcept
{
    switch (ran) {
    case executed::no: return " (it was not run)";
    case executed::maybe: return " (it may have been run)";
    case executed::yes: return " (it was run)";
    default: return {};
    }
}

struct offer
{
    std::string_view type;
    format as;
};

constexpr std::array<offer, 6> offers = {{
    {"application/json", format::json},
    {"application/vnd.rediserve.typed+json", format::typed_json},
    {"application/msgpack", format::msgpack},
    {"application/vnd.msgpack", format::msgpack},
    {"application/x-msgpack", format::msgpack},
    {"application/cbor", format::cbor},
}};

format accepted(std::string_view accept)
{
    std::array<std::string_view, offers.size()> types;
    std::ranges::transform(offers, types.begin(), &offer::type);
    return offers[negotiate(accept, types)].as;
}

}   // namespace

result<format> format_of(const http::request& request)
{
    const std::string_view encoding = request[header::upstash_encoding];
    const std::string_view shape = request[header::upstash_response_format];
    const std::string_view accept = request[header::accept];
    const format wanted = accept.empty() || accept == "*/*" ? format::json : accepted(accept);
    if (is_typed(wanted)) {
        if (!encoding.empty() || !shape.empty())
            return error(
                errc::bad_request, "Upstash-Encoding and Upstash-Response-Format cannot go with typed replies"
            );
        return wanted;
    }
    if (!encoding.empty() && !iequals(encoding, "base64"))
        return error(errc::bad_request, "invalid Upstash-Encoding: only base64 is known");
    if (!shape.empty() && !iequals(shape, "json") && !iequals(shape, "resp2"))
        return error(errc::bad_request, "invalid Upstash-Response-Format: json and resp2 are known");
    if (!iequals(shape, "resp2"))
        return encoding.empty() ? format::json : format::base64;
    if (!encoding.empty())
        return error(errc::bad_request, "Upstash-Encoding cannot go with the response format resp2");
    return format::resp2;
}

std::string_view content_type(format as) noexcept
{
    switch (as) {
    case format::resp2: return "application/octet-stream";
    case format::typed_json: return "application/vnd.rediserve.typed+json";
    case format::msgpack: return "application/msgpack";
    case format::cbor: return "application/cbor";
    default: return "application/json";
    }
}

http::response& begin(http::exchange& of, unsigned status)
{
    http::response& answer = of.response();
    answer.begin(status);
    if (!answer.has_source())   // which says more
        answer.field("upstash-sync-token", next_sync_token());
    return answer;
}

http::response& begin(http::exchange& of, unsigned status, format as)
{
    http::response& answer = begin(of, status);
    if (is_typed(as))
        answer.field("Vary", "Accept");
    return answer;
}

void append_reply(buffer& to, const redis::reply_view& reply, format as)
{
    if (as == format::resp2)
        append_resp(to, reply);
    else if (is_typed(as))
        append_typed_result(to, reply, notation_of(as));
    else
        append_result(to, reply, as == format::base64 ? encoding::base64 : encoding::text);
}

void append_failure(buffer& to, std::string_view text, format as)
{
    if (as == format::resp2)
        append_resp_error(to, text);
    else if (is_typed(as))
        append_typed_error(to, text, notation_of(as));
    else
        append_error(to, text);
}

void append_own_failure(buffer& to, const error& why, format as)
{
    const std::string text = words_of(why);
    if (as == format::resp2)
        return append_resp_error(to, text + std::string(in_words(what_ran(why))));
    if (is_typed(as))
        return append_typed_error(to, text, why, notation_of(as));
    append_error(to, text);
    if (why.code == errc::unauthorized)
        return;                   // the contract's, to the letter
    to.truncate(to.size() - 1);   // the brace
    append_error_members(to, why);
    to.append('}');
}

void render_failure(http::exchange& of, unsigned status, std::string_view text)
{
    http::response& answer = begin(of, status);
    append_error(answer.content("application/json", text.size() + 12), text);
    answer.finish();
}

void fail_request(const call& of, const error& why)
{
    of.metrics.reject(why);
    render_error(of.exchange, why);
}

void render_error(http::exchange& of, const error& why)
{
    http::response& answer = of.response();
    if (answer.begun())
        return answer.abort();
    begin_error(answer, why);
    append_own_failure(answer.content("application/json", 100), why, format::json);
    answer.finish();
}

std::string words_of(const error& why)
{
    if (why.code == errc::unauthorized)
        return "WRONGPASS invalid or missing auth token";
    if (why.code == errc::forbidden)
        return "NOPERM " + why.detail;
    if (why.code == errc::body_too_large)
        return "ERR max request size exceeded. " + why.detail;
    return "ERR " + (why.detail.empty() ? std::string(row_of(why.code).word) : why.detail);
}

}   // namespace rediserve::api::upstash
