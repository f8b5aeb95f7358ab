#include "api/upstash/answer.hpp"

#include "api/errors.hpp"
#include "api/sync_token.hpp"
#include "api/upstash/json_reply.hpp"
#include "api/upstash/resp_reply.hpp"
#include "rediserve/base/bytes.hpp"

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

}   // namespace

result<format> format_of(const http::request& request)
{
    const std::string_view encoding = request[header::upstash_encoding];
    const std::string_view shape = request[header::upstash_response_format];
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
    return as == format::resp2 ? "application/octet-stream" : "application/json";
}

http::response& begin(http::exchange& of, unsigned status)
{
    http::response& answer = of.response();
    answer.begin(status);
    if (!answer.has_source())   // which says more
        answer.field("upstash-sync-token", next_sync_token());
    return answer;
}

void append_reply(buffer& to, const redis::reply_view& reply, format as)
{
    if (as == format::resp2)
        append_resp(to, reply);
    else
        append_result(to, reply, as == format::base64 ? encoding::base64 : encoding::text);
}

void append_failure(buffer& to, std::string_view text, format as)
{
    if (as == format::resp2)
        append_resp_error(to, text);
    else
        append_error(to, text);
}

void append_own_failure(buffer& to, const error& why, format as)
{
    const std::string text = words_of(why);
    if (as == format::resp2)
        return append_resp_error(to, text + std::string(in_words(what_ran(why))));
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
