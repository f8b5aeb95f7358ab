// A request as the transport hands it on, and the writer of its answer.
#pragma once

#include "rediserve/base/buffer.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <array>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::http {

enum class method : std::uint8_t { get, head, query, put, post, patch, delete_, options, other };

// "GET"; "other" for what has no name here.
std::string_view name(method of) noexcept;

// The headers somebody here reads; others are parsed and forgotten.
enum class header : std::uint8_t {
    accept,
    access_control_request_headers,
    access_control_request_method,
    authorization,
    content_type,
    forwarded,
    host,
    idempotency_key,
    if_match,
    if_none_match,
    if_range,
    last_event_id,
    origin,
    prefer,
    range,
    sec_fetch_site,
    traceparent,
    upstash_encoding,
    upstash_response_format,   // "Upstash-Reponse-Format", too, as its documentation has it
    upstash_sync_token,
    x_forwarded_for,
    x_request_id,
    count_
};

// Who is at the other end of a connection.
struct peer
{
    boost::asio::ip::address_v6 address;   // an IPv4 address is mapped; unspecified when it is a unix socket
    bool local = false;                    // came over a unix socket
    bool secure = false;                   // over TLS
    std::size_t listener = 0;              // which of params.listen it came in by
    // Of a client certificate that was verified: its subject (RFC 4514, "CN=ci,O=Example"), and its alternative names
    // as "DNS:host", "URI:spiffe://…", "email:who@example"; all empty without one.
    std::vector<std::string> certificate;
    bool ended = false;   // has closed its side: it has gone, or waits for nothing but answers
};

// A view into the connection's read buffer. Valid until the handler's first suspension, and not a moment longer.
struct request
{
    http::method method = http::method::other;
    std::string_view target;   // as sent: "/keys/a%2Fb?ttl=5"
    std::string_view path;     // before the question mark, still percent-encoded
    std::string_view query;    // behind it
    unsigned version = 11;     // 10 or 11

    // The value, or empty when it was not sent. A list sent in several headers is joined by ", " (RFC 9110, 5.3).
    std::string_view operator[](header name) const noexcept { return headers[static_cast<std::size_t>(name)]; }
    std::array<std::string_view, static_cast<std::size_t>(header::count_)> headers;
    std::map<http::header, std::string> joined;   // owns the values of headers sent several times

    std::string_view body;
};

// The connection's side of an answer.
class response_host
{
public:
    // Where the bytes of this answer go at the moment: may be another buffer after a suspension.
    virtual buffer& output() = 0;
    virtual void finished() = 0;
    virtual void abort() = 0;
    virtual bool drained() const = 0;
    virtual void when_drained(std::coroutine_handle<> waiter) = 0;
    virtual void flush() = 0;
    virtual std::size_t unsent() const = 0;
    // "Date: …\r\n"
    virtual std::string_view date_line() = 0;
    // Puts a Server-Timing line together when that is wanted, else leaves `to` alone.
    virtual void server_timing(std::string& to) = 0;

protected:
    ~response_host() = default;
};

// What a response needs to know of its request.
struct response_context
{
    std::string_view id;   // must outlive the response
    unsigned version = 11;
    bool head_only = false;
    bool keep_alive = true;
};

class response;

// Knows header lines of an answer that are not known before it begins.
class field_source
{
public:
    virtual void add_fields(response& to) = 0;

protected:
    ~field_source() = default;
};

// Writes one answer straight into the connection's output buffer. Either
//     begin(200); field("ETag", tag); content("application/json", 120).append(…); finish();
// or  begin(204); finish();
// or  begin(200); stream("application/x-ndjson"); then { chunk().append(…); co_await drained(); }… finish().
// or, where nobody can wait, the same with flush() in the place of drained().
// Nothing may be awaited between begin() and finish() or stream(), and between chunk() and drained(), flush() or
// finish().
// Date, X-Request-Id, Content-Length and Connection are the writer's own business.
class response
{
public:
    explicit response(response_host& host) noexcept : host_(host) {}
    void reset(const response_context& context) noexcept;

    // Whole header lines that begin() is to write, whoever calls it: these, and more of them.
    void common_fields(std::string_view lines) { common_ = lines; }
    void add_common_fields(std::string_view lines) { common_.append(lines); }
    // Asks `who`, too, which must be there as long as the answer has not begun.
    void fields_from(field_source* who) noexcept { source_ = who; }
    bool has_source() const noexcept { return source_ != nullptr; }
    void begin(unsigned status);
    // A header line. `value` must not hold CR, LF or NUL.
    void field(std::string_view name, std::string_view value);
    // Ends the head; what is appended to the buffer until finish() is the body. `expected_size` only saves a move.
    // On a HEAD request the body is measured and left out.
    buffer& content(std::string_view type, std::size_t expected_size);
    // For HEAD: type and length of a body that is not produced. finish() must follow.
    void content_length(std::string_view type, std::size_t size);
    // Ends the head of an answer of unknown length (chunked; until close in HTTP/1.0).
    void stream(std::string_view type);
    // Where the next piece of a streamed body goes; complete pieces leave at drained(), flush() and finish().
    buffer& chunk();
    void finish();

    // For streams: awaits that the client has taken (nearly) all there is.
    struct drained_awaiter
    {
        response_host& host;
        bool await_ready() const { return host.drained(); }
        void await_suspend(std::coroutine_handle<> waiter) { host.when_drained(waiter); }
        void await_resume() const noexcept {}
    };
    drained_awaiter drained();
    // For streams: what was written is complete and leaves soon, with what other connections send in this turn. From
    // anywhere, and without waiting: unsent() tells a client that is too slow.
    void flush();
    // Bytes of this answer that wait to be sent. What the kernel has accepted counts as taken by the client.
    std::size_t unsent() const { return host_.unsent(); }

    // Cuts the connection off: a streamed answer that cannot be completed must not look complete.
    void abort() { host_.abort(); }

    bool begun() const noexcept { return state_ != state::fresh; }
    bool done() const noexcept { return state_ == state::done; }
    unsigned status() const noexcept { return status_; }
    // Bytes of the body so far.
    std::size_t body_size() const noexcept { return body_size_; }
    // Whether the connection may carry another answer after this one.
    bool keep_alive() const noexcept { return context_.keep_alive; }
    void keep_alive(bool on) noexcept { context_.keep_alive = on; }   // before the head is written

private:
    enum class state : std::uint8_t { fresh, head, body, no_body, streaming, done };

    void connection_field();
    void finish_content();
    void close_chunk();

    response_host& host_;
    response_context context_;
    std::string common_;
    field_source* source_ = nullptr;
    state state_ = state::fresh;
    unsigned status_ = 0;
    buffer* to_ = nullptr;
    std::size_t length_at_ = 0;   // of Content-Length's digits, from the start of *to_
    std::size_t length_digits_ = 0;
    std::size_t body_at_ = 0;   // of the body or the open chunk
    std::size_t body_size_ = 0;
    bool chunk_open_ = false;
    bool chunked_ = false;
};

}   // namespace rediserve::http
