// QUERY (RFC 10008): commands that only read, in a body, so that whoever asks, and whoever passes it on, may ask again.
#pragma once

#include "api/upstash/command_list.hpp"
#include "api/upstash/place.hpp"
#include "rediserve/commands/command_table.hpp"
#include "rediserve/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rediserve::api::upstash {

// Says that QUERY is offered, and for which types of body. A whole header line.
inline constexpr std::string_view accept_query =
    "Accept-Query: \"application/json\", \"application/msgpack\", \"application/cbor\"\r\n";

// What the answer to a QUERY depends on besides its address and body, for caches. One of the names is as Upstash's documentation
// spells it.
inline constexpr std::string_view vary_of_queries =
    "Vary: Accept, Authorization, Upstash-Encoding, Upstash-Response-Format, Upstash-Reponse-Format, "
    "Upstash-Sync-Token\r\n";

// Where a body has commands of which each is for itself.
bool takes_queries(const place& at) noexcept;

struct query_refusal
{
    unsigned status = 0;
    std::string text;
};

// Why a QUERY cannot be understood: the RFC forbids to guess what its body is.
std::optional<query_refusal> refuse_form(const http::request& of);

// Why the commands of `list` are none that may be run by QUERY: one of them is not read-only by the server's own table, or waits. One
// that cannot be read has an error of its own.
std::optional<query_refusal> refuse_effects(const command_list& list, const commands::command_table& known);

}   // namespace rediserve::api::upstash
