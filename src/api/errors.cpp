#include "api/errors.hpp"

#include "rediserve/api/serve.hpp"
#include "rediserve/base/bytes.hpp"
#include "rediserve/commands/redis_error.hpp"

#include <algorithm>
#include <string>

namespace rediserve::api {

namespace {

// Redis' texts, and names that clients sent, may hold any bytes; a message need not be exact.
std::string readable(std::string_view text)
{
    std::string shown(text);
    if (!is_utf8(text))
        for (char& c : shown)
            c = static_cast<unsigned char>(c) < 0x80 ? c : '?';
    return shown;
}

executed what_ran(const error& why, const error_row& row) noexcept
{
    return row.status >= 500 && why.executed == executed::unsaid ? executed::maybe : why.executed;
}

void append_body(buffer& to, const error& why)
{
    to.append("{\"error\":");
    append_json_string(to, why.detail.empty() ? std::string(row_of(why.code).word) : readable(why.detail));
    append_error_members(to, why);
    to.append('}');
}

// `name` and `value`: one more header line, or empty.
void render(http::exchange& of, const error& why, std::string_view name, std::string_view value)
{
    http::response& answer = of.response();
    if (answer.begun())
        return answer.abort();
    begin_error(answer, why);
    if (!name.empty())
        answer.field(name, value);
    append_body(answer.content("application/json", 100), why);
    answer.finish();
}

}   // namespace

void begin_error(http::response& answer, const error& why)
{
    const error_row& row = row_of(why.code);
    answer.begin(static_cast<unsigned>(row.status));
    if (row.retry_after)
        answer.field("Retry-After", std::to_string(std::max<std::int64_t>(why.retry_after.count(), 1)));
    if (row.status == 401)
        answer.field("WWW-Authenticate", "Bearer realm=\"rediserve\"");   // RFC 6750, 3
}

executed what_ran(const error& why) noexcept
{
    return what_ran(why, row_of(why.code));
}

bool may_pass(const error& why) noexcept
{
    switch (row_of(why.code).code) {
    case errc::backend_unavailable:
    case errc::backend_lost:
    case errc::backend_timeout:
    case errc::backend_queue_full:
    case errc::redis_not_writable: return true;
    default: return false;
    }
}

void append_error_members(buffer& to, const error& why)
{
    const error_row& row = row_of(why.code);
    to.append(",\"code\":");
    append_json_string(to, row.word);
    switch (what_ran(why, row)) {
    case executed::no: return to.append(",\"executed\":\"no\"");
    case executed::maybe: return to.append(",\"executed\":\"maybe\"");
    case executed::yes: return to.append(",\"executed\":\"yes\"");
    case executed::unsaid: return;
    }
}

void fail(const call& of, const error& why)
{
    of.metrics.reject(why);
    render_error(of.exchange, why);
}

bool failed(const call& of, const commands::reply_or_error& got)
{
    if (!got)
        fail(of, got.error());
    else if (got->is_error())
        fail(of, commands::redis_failure(*got));
    return !got || got->is_error();
}

void render_error(http::exchange& of, const error& why)
{
    render(of, why, {}, {});
}

void render_method_not_allowed(http::exchange& of, std::string_view allow)
{
    const error why(errc::method_not_allowed, "this method is not offered here; there are " + std::string(allow));
    render(of, why, "Allow", allow);
}

void render_allowed_methods(http::exchange& of, std::string_view allow)
{
    of.response().begin(204);
    of.response().field("Allow", allow);
    of.response().finish();
}

void render_range_not_satisfiable(http::exchange& of, std::int64_t size)
{
    const std::string length = std::to_string(size);
    const error why(errc::range_not_satisfiable, "the value has only " + length + " bytes");
    render(of, why, "Content-Range", "bytes */" + length);
}

}   // namespace rediserve::api
