#include "http/parser.hpp"

#include "rediserve/base/bytes.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <limits>
#include <optional>
#include <string>

namespace rediserve::http {

namespace {

namespace beast = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

std::string_view view(string_view text) noexcept
{
    return {text.data(), text.size()};
}

method method_of(beast::verb verb, std::string_view text) noexcept
{
    switch (verb) {
    case beast::verb::get: return method::get;
    case beast::verb::head: return method::head;
    case beast::verb::put: return method::put;
    case beast::verb::post: return method::post;
    case beast::verb::patch: return method::patch;
    case beast::verb::delete_: return method::delete_;
    case beast::verb::options: return method::options;
    default: return text == "QUERY" ? method::query : method::other;   // RFC 10008, too new for Beast
    }
}

std::optional<header> header_of(beast::field name) noexcept
{
    switch (name) {
    case beast::field::accept: return header::accept;
    case beast::field::access_control_request_headers: return header::access_control_request_headers;
    case beast::field::access_control_request_method: return header::access_control_request_method;
    case beast::field::authorization: return header::authorization;
    case beast::field::content_type: return header::content_type;
    case beast::field::forwarded: return header::forwarded;
    case beast::field::if_match: return header::if_match;
    case beast::field::if_none_match: return header::if_none_match;
    case beast::field::if_range: return header::if_range;
    case beast::field::origin: return header::origin;
    case beast::field::prefer: return header::prefer;
    case beast::field::range: return header::range;
    case beast::field::sec_fetch_site: return header::sec_fetch_site;
    default: return std::nullopt;
    }
}

// Headers Beast has no constant for.
std::optional<header> header_of(std::string_view name) noexcept
{
    const auto when = [name](std::string_view is, header then) {
        return iequals(name, is) ? std::optional(then) : std::nullopt;
    };
    switch (name.size()) {   // nearly all differ in it
    case 11: return when("traceparent", header::traceparent);
    case 12: return when("x-request-id", header::x_request_id);
    case 13: return when("last-event-id", header::last_event_id);
    case 15:
        return name.front() == 'x' || name.front() == 'X' ? when("x-forwarded-for", header::x_forwarded_for)
                                                          : when("idempotency-key", header::idempotency_key);
    case 16: return when("upstash-encoding", header::upstash_encoding);
    case 18: return when("upstash-sync-token", header::upstash_sync_token);
    case 22: return when("upstash-reponse-format", header::upstash_response_format);
    case 23: return when("upstash-response-format", header::upstash_response_format);
    default: return std::nullopt;
    }
}

// Whether several headers of this name mean one list.
bool is_list(header name) noexcept
{
    switch (name) {
    case header::accept:
    case header::access_control_request_headers:
    case header::forwarded:
    case header::if_match:
    case header::if_none_match:
    case header::prefer:
    case header::x_forwarded_for: return true;
    default: return false;
    }
}

// Beast calls these for every piece of a message; what a kind of parser has no use for stays empty.
class quiet_parser : public beast::basic_parser<true>
{
protected:
    void on_request_impl(beast::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_field_impl(beast::field, string_view, string_view, error_code&) override {}
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override { return body.size(); }
    void on_finish_impl(error_code&) override {}
};

class head_parser final : public quiet_parser
{
public:
    explicit head_parser(request& into) noexcept : into_(into)
    {
        header_limit(std::numeric_limits<std::uint32_t>::max());   // head_scan has seen to it
        body_limit(boost::none);
    }

    // Which headers were there, and how often: what Beast accepts and we do not.
    unsigned hosts = 0;
    unsigned content_lengths = 0;
    unsigned transfer_encodings = 0;
    std::string_view length_text;
    std::string_view transfer_encoding;
    std::string_view expect;
    bool repeated = false;   // a header that is no list was sent twice

private:
    void on_request_impl(beast::verb verb, string_view text, string_view target, int version, error_code&) override
    {
        into_.method = method_of(verb, view(text));
        into_.target = view(target);
        into_.version = static_cast<unsigned>(version);
    }

    void on_field_impl(beast::field name, string_view name_text, string_view value, error_code&) override
    {
        switch (name) {
        case beast::field::host:
            ++hosts;
            into_.headers[static_cast<std::size_t>(header::host)] = view(value);
            return;
        case beast::field::content_length:
            ++content_lengths;
            length_text = view(value);
            return;
        case beast::field::transfer_encoding:
            ++transfer_encodings;
            transfer_encoding = view(value);
            return;
        case beast::field::expect: expect = view(value); return;
        default: break;
        }
        const auto known = name == beast::field::unknown ? header_of(view(name_text)) : header_of(name);
        if (!known)
            return;
        keep(*known, view(value));
    }

    void keep(header name, std::string_view value)
    {
        auto& kept = into_.headers[static_cast<std::size_t>(name)];
        if (kept.data() == nullptr) {
            kept = value;
            return;
        }
        repeated = repeated || !is_list(name);
        auto& joined = into_.joined[name];
        if (joined.empty())
            joined = kept;
        joined.append(", ").append(value);
        kept = joined;
    }

    request& into_;
};

// Sets path and query of an origin-form, absolute-form or asterisk-form target (RFC 9112, 3.2).
result<void> split_target(request& of)
{
    std::string_view rest = of.target;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (rest.size() > scheme.size() && iequals(rest.substr(0, scheme.size()), scheme)) {
            rest.remove_prefix(scheme.size());
            const auto path = rest.find_first_of("/?");
            rest = path == std::string_view::npos ? "/" : rest.substr(path);
            break;
        }
    }
    const bool asterisk = rest == "*" && of.method == method::options;
    if (!asterisk && (rest.empty() || (rest[0] != '/' && rest[0] != '?')))
        return error(errc::bad_request, "the request target must be a path that begins with /");
    if (rest.find('#') != std::string_view::npos)
        return error(errc::bad_request, "the request target has a fragment; write # as %23");
    const auto mark = rest.find('?');
    of.path = rest.substr(0, mark);
    of.query = mark == std::string_view::npos ? std::string_view() : rest.substr(mark + 1);
    return {};
}

result<void> check_framing(const head_parser& parsed, const request& of)
{
    if (of.version >= 11 && parsed.hosts != 1)
        return error(errc::bad_request, parsed.hosts == 0 ? "the Host header is missing" : "several Host headers");
    if (parsed.content_lengths > 1)
        return error(errc::bad_request, "several Content-Length headers");
    if (parsed.length_text.find_first_not_of("0123456789") != std::string_view::npos)
        return error(errc::bad_request, "Content-Length must be a number");
    if (parsed.transfer_encodings == 0)
        return {};
    if (parsed.transfer_encodings > 1 || parsed.content_lengths > 0 || of.version < 11)
        return error(errc::bad_request, "Transfer-Encoding with Content-Length, several times or in HTTP/1.0");
    if (!iequals(parsed.transfer_encoding, "chunked"))
        return error(errc::coding_not_supported, "the only Transfer-Encoding understood is chunked", executed::no);
    return {};
}

// Whether the request line ends like one of HTTP, of whatever version; else its third word is just garbage.
bool names_a_version(std::string_view head) noexcept
{
    const std::string_view line = head.substr(0, head.find('\r'));
    const auto space = line.rfind(' ');
    return space != std::string_view::npos && line.find(' ') + 1 < space && line.substr(space).starts_with(" HTTP/")
        && line.find(' ', line.find(' ') + 1) == space;
}

error refusal_of(const error_code& code, std::string_view head)
{
    if (code == beast::error::bad_version && names_a_version(head))
        return {errc::version_not_supported, "only HTTP/1.0 and HTTP/1.1 are spoken here", executed::no};
    return {errc::bad_request, "the request is malformed: " + code.message()};
}

}   // namespace

result<framing> parse_head(std::string_view head, request& into)
{
    head_parser parser(into);
    error_code failure;
    parser.put(boost::asio::buffer(head), failure);
    if (failure)
        return refusal_of(failure, head);
    if (!parser.is_header_done())
        return error(errc::bad_request, "the request is malformed");
    if (into.version != 10 && into.version != 11)
        return refusal_of(beast::error::bad_version, head);
    if (auto sound = check_framing(parser, into); !sound)
        return sound.error();
    if (auto sound = split_target(into); !sound)
        return sound.error();
    if (parser.repeated)
        return error(errc::bad_request, "a header that may be sent once was sent twice");

    framing found;
    found.chunked = parser.chunked();
    found.content_length = parser.content_length().value_or(0);
    found.keep_alive = parser.keep_alive();
    found.expect_continue = iequals(parser.expect, "100-continue") && into.version >= 11;
    if (!parser.expect.empty() && !iequals(parser.expect, "100-continue"))
        return error(errc::expectation_failed, "the only expectation met here is 100-continue");
    return found;
}

class chunked_body::parser final : public quiet_parser
{
public:
    explicit parser(std::size_t limit)
    {
        header_limit(std::numeric_limits<std::uint32_t>::max());
        body_limit(limit);
        eager(true);
    }

    buffer* to = nullptr;

private:
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override
    {
        to->append(view(body));
        return body.size();
    }
};

chunked_body::chunked_body(std::string_view head, std::size_t limit) : parser_(std::make_unique<parser>(limit))
{
    error_code ignored;   // parse_head has accepted it
    parser_->put(boost::asio::buffer(head), ignored);
}

chunked_body::~chunked_body() = default;

result<std::size_t> chunked_body::decode(std::string_view input, buffer& to)
{
    // A chunk's own head and the trailer must come in one piece; without a bound they could grow for ever.
    constexpr std::size_t longest_line = 16 * 1024;
    parser_->to = &to;
    error_code failure;
    const std::size_t used = parser_->put(boost::asio::buffer(input), failure);
    if (failure == beast::error::body_limit)
        return error(errc::body_too_large, "the body is larger than the limit");
    if (failure && failure != beast::error::need_more)
        return refusal_of(failure, {});
    if (!parser_->is_done() && input.size() - used > longest_line)
        return error(errc::bad_request, "a chunk extension or trailer is too long");
    return used;
}

bool chunked_body::done() const noexcept
{
    return parser_->is_done();
}

}   // namespace rediserve::http
