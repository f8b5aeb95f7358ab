#include "rediserve/http/message.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <string>

namespace rediserve::http {

namespace {

constexpr std::size_t chunk_head = 10;   // eight hexadecimal digits and CRLF

std::string_view status_line(unsigned status) noexcept
{
    switch (status) {
    case 200: return "HTTP/1.1 200 OK\r\n";
    case 201: return "HTTP/1.1 201 Created\r\n";
    case 204: return "HTTP/1.1 204 No Content\r\n";
    case 206: return "HTTP/1.1 206 Partial Content\r\n";
    case 304: return "HTTP/1.1 304 Not Modified\r\n";
    case 400: return "HTTP/1.1 400 Bad Request\r\n";
    case 401: return "HTTP/1.1 401 Unauthorized\r\n";
    case 403: return "HTTP/1.1 403 Forbidden\r\n";
    case 404: return "HTTP/1.1 404 Not Found\r\n";
    case 405: return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 408: return "HTTP/1.1 408 Request Timeout\r\n";
    case 409: return "HTTP/1.1 409 Conflict\r\n";
    case 412: return "HTTP/1.1 412 Precondition Failed\r\n";
    case 413: return "HTTP/1.1 413 Content Too Large\r\n";
    case 414: return "HTTP/1.1 414 URI Too Long\r\n";
    case 415: return "HTTP/1.1 415 Unsupported Media Type\r\n";
    case 416: return "HTTP/1.1 416 Range Not Satisfiable\r\n";
    case 417: return "HTTP/1.1 417 Expectation Failed\r\n";
    case 422: return "HTTP/1.1 422 Unprocessable Content\r\n";
    case 429: return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431: return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 501: return "HTTP/1.1 501 Not Implemented\r\n";
    case 502: return "HTTP/1.1 502 Bad Gateway\r\n";
    case 503: return "HTTP/1.1 503 Service Unavailable\r\n";
    case 504: return "HTTP/1.1 504 Gateway Timeout\r\n";
    case 505: return "HTTP/1.1 505 HTTP Version Not Supported\r\n";
    default: return "HTTP/1.1 500 Internal Server Error\r\n";
    }
}

using digits = std::array<char, 20>;

std::string_view format(std::size_t number, digits& to) noexcept
{
    const auto [end, failure] = std::to_chars(to.data(), to.data() + to.size(), number);
    return {to.data(), end};
}

}   // namespace

std::string_view name(method of) noexcept
{
    switch (of) {
    case method::get: return "GET";
    case method::head: return "HEAD";
    case method::query: return "QUERY";
    case method::put: return "PUT";
    case method::post: return "POST";
    case method::patch: return "PATCH";
    case method::delete_: return "DELETE";
    case method::options: return "OPTIONS";
    default: return "other";
    }
}

void response::reset(const response_context& context) noexcept
{
    context_ = context;
    common_.clear();
    source_ = nullptr;
    state_ = state::fresh;
    status_ = 0;
    to_ = nullptr;
    body_size_ = 0;
    chunk_open_ = false;
    chunked_ = false;
}

void response::begin(unsigned status)
{
    state_ = state::head;
    status_ = status;
    to_ = &host_.output();
    to_->prepare(320);
    to_->append(status_line(status));
    to_->append(host_.date_line());
    // Always: of a browser that runs what it has guessed nothing else is known at times.
    to_->append("X-Content-Type-Options: nosniff\r\nX-Request-Id: ");
    to_->append(context_.id);
    to_->append("\r\n");
    to_->append(common_);
    if (source_)
        source_->add_fields(*this);
}

void response::connection_field()
{
    if (!context_.keep_alive)
        to_->append("Connection: close\r\n");
    else if (context_.version == 10)
        to_->append("Connection: keep-alive\r\n");
}

void response::field(std::string_view name, std::string_view value)
{
    to_->append(name);
    to_->append(": ");
    to_->append(value);
    to_->append("\r\n");
}

buffer& response::content(std::string_view type, std::size_t expected_size)
{
    connection_field();
    field("Content-Type", type);
    to_->append("Content-Length: ");
    digits room;
    const auto guess = format(expected_size, room);
    length_at_ = to_->size();
    length_digits_ = guess.size();
    to_->append(guess);
    to_->append("\r\n\r\n");
    body_at_ = to_->size();
    state_ = state::body;
    return *to_;
}

void response::content_length(std::string_view type, std::size_t size)
{
    digits room;
    connection_field();
    field("Content-Type", type);
    field("Content-Length", format(size, room));
    state_ = state::no_body;
}

void response::stream(std::string_view type)
{
    field("Content-Type", type);
    chunked_ = context_.version >= 11;
    if (chunked_)
        to_->append("Transfer-Encoding: chunked\r\n");
    else
        context_.keep_alive = false;   // only the end of the connection can end this body
    connection_field();
    to_->append("\r\n");
    state_ = state::streaming;
}

buffer& response::chunk()
{
    to_ = &host_.output();
    if (!chunk_open_) {
        chunk_open_ = true;
        if (chunked_)
            to_->append("00000000\r\n");
        body_at_ = to_->size();
    }
    return *to_;
}

void response::close_chunk()
{
    if (!chunk_open_)
        return;
    chunk_open_ = false;
    const std::size_t size = to_->size() - body_at_;
    body_size_ += size;
    if (context_.head_only) {
        to_->truncate(body_at_ - (chunked_ ? chunk_head : 0));
    } else if (chunked_ && size == 0) {
        to_->truncate(body_at_ - chunk_head);   // an empty chunk would end the body
    } else if (chunked_) {
        std::array<char, 8> hex;
        const auto [end, failure] = std::to_chars(hex.data(), hex.data() + hex.size(), size, 16);
        const auto length = static_cast<std::size_t>(end - hex.data());
        std::memcpy(to_->data() + body_at_ - 2 - length, hex.data(), length);
        to_->append("\r\n");
    }
}

response::drained_awaiter response::drained()
{
    close_chunk();
    return {host_};
}

void response::flush()
{
    close_chunk();
    host_.flush();
}

void response::finish_content()
{
    body_size_ = to_->size() - body_at_;
    if (context_.head_only)
        to_->truncate(body_at_);
    std::string timing;
    host_.server_timing(timing);
    if (!timing.empty())
        to_->replace(body_at_ - 2, 0, timing);
    digits room;
    to_->replace(length_at_, length_digits_, format(body_size_, room));
}

void response::finish()
{
    switch (state_) {
    case state::body: finish_content(); break;
    case state::streaming:
        close_chunk();
        if (chunked_ && !context_.head_only)
            host_.output().append("0\r\n\r\n");
        break;
    case state::no_body: to_->append("\r\n"); break;
    default:
        connection_field();
        if (status_ != 204 && status_ != 304)
            to_->append("Content-Length: 0\r\n");
        to_->append("\r\n");
        break;
    }
    state_ = state::done;
    host_.finished();
}

}   // namespace rediserve::http
