// How answers of the command API look: encoding, format, and the fields that all of them have.
#pragma once

#include "api/upstash/typed_writer.hpp"
#include "rediserve/api/dialect.hpp"
#include "rediserve/base/buffer.hpp"
#include "rediserve/redis/reply.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rediserve::api::upstash {

// What a request asks of its answer. From typed_json on it is typed, for which Redis is asked in RESP3.
enum class format : std::uint8_t { json, base64, resp2, typed_json, msgpack, cbor };

constexpr bool is_typed(format as) noexcept
{
    return as >= format::typed_json;
}

// Of a typed one.
constexpr notation notation_of(format as) noexcept
{
    return as == format::msgpack ? notation::msgpack : as == format::cbor ? notation::cbor : notation::json;
}

// Whether it is a JSON document, typed or not.
constexpr bool is_json(format as) noexcept
{
    return as == format::json || as == format::base64 || as == format::typed_json;
}

// From Upstash-Encoding, Upstash-Response-Format and Accept. errc::bad_request.
result<format> format_of(const http::request& request);

std::string_view content_type(format as) noexcept;

// Begins the answer to a request whose commands ran, or were refused one by one.
http::response& begin(http::exchange& of, unsigned status);
// … in a form that its request may have chosen by Accept.
http::response& begin(http::exchange& of, unsigned status, format as);

// One reply, or the error of one command, in the form asked for.
void append_reply(buffer& to, const redis::reply_view& reply, format as);
void append_failure(buffer& to, std::string_view text, format as);
// One that the gateway found, with what the contract has no word for: its code, and whether the command ran.
void append_own_failure(buffer& to, const error& why, format as);

// A whole answer of one error, always JSON: nothing was run, or none can say what.
void render_failure(http::exchange& of, unsigned status, std::string_view text);
// The same for what the gateway itself found, with the status of the catalogue. An answer that has begun is cut off.
void render_error(http::exchange& of, const error& why);
// Counts and renders.
void fail_request(const call& of, const error& why);
// An error of the gateway in the words of this API: "ERR …".
std::string words_of(const error& why);

}   // namespace rediserve::api::upstash
