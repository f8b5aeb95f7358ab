// What a proxy says about a connection before its first byte: the PROXY protocol of HAProxy, versions 1 and 2. No I/O.
#pragma once

#include "rediserve/base/error.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace rediserve::http {

struct proxy_header
{
    // Whom it speaks for, an IPv4 address as a mapped one. Empty: for itself, or it does not know, or the client has no
    // address; then the connection is from whom it seems to be.
    std::optional<boost::asio::ip::address_v6> source;
    std::size_t size = 0;   // of the header; the client's own bytes begin behind it
};

// No header is longer than this. Version 1 has 107 bytes at most.
inline constexpr std::size_t longest_proxy_header = 4096;

// Reads a header at the beginning of `input`, which holds what has arrived. nullopt: the rest has yet to come.
// errc::bad_request: these bytes are not the beginning of one.
result<std::optional<proxy_header>> parse_proxy_header(std::string_view input);

}   // namespace rediserve::http
