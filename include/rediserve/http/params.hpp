// Settings of the HTTP side.
#pragma once

#include "rediserve/base/networks.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rediserve::http {

// Where to listen: an address and port, or the path of a unix socket.
struct endpoint
{
    std::string host = "127.0.0.1";   // numeric, without brackets; "*" is every address, IPv6 included
    std::uint16_t port = 3000;        // 0: any free port
    std::string path;                 // not empty: a unix socket
    bool tls = false;                 // HTTPS
    bool proxy_protocol = false;      // every connection begins with a PROXY protocol header, version 1 or 2
    std::string cors = {};            // origins whose pages may ask here; empty: as params.cors says

    bool operator==(const endpoint&) const = default;
};

struct limits
{
    std::size_t request_line = std::size_t{64} << 10;
    std::size_t header = std::size_t{80} << 10;
    std::size_t body = std::size_t{64} << 20;
    std::size_t connections = 16384;               // per process
    std::size_t in_flight = 64;                    // requests started and unanswered, per connection
    std::size_t output = std::size_t{256} << 10;   // unsent bytes of a connection above which it starts no request
    std::chrono::milliseconds header_timeout{10'000};
    std::chrono::milliseconds idle_timeout{75'000};
    std::chrono::milliseconds linger_timeout{2'000};   // reading on after an early error, so that it can be read
    std::chrono::milliseconds stream_idle{15'000};     // silence of a streamed answer until its writer is told
    std::size_t body_rate = 1024;                      // bytes a second a body must arrive with, averaged over 5 s
    std::size_t send_rate = 1024;                      // bytes a second a client must take, averaged over 20 s
};

// A certificate chain and its key, both PEM. Which one a client gets is decided by the name it asks for (SNI) and the
// names in the certificates; the first one is for those who ask for none of them.
struct certificate_files
{
    std::string chain;
    std::string key;

    bool operator==(const certificate_files&) const = default;
};

enum class client_certificates : std::uint8_t { off, optional, required };

// Of endpoints with TLS.
struct tls_params
{
    std::vector<certificate_files> certificates;
    http::client_certificates clients = client_certificates::off;
    std::string client_ca_file;   // PEM; who may have issued client certificates
    std::chrono::milliseconds handshake_timeout{10'000};

    bool operator==(const tls_params&) const = default;
};

class tls_server;   // http/tls.hpp

struct params
{
    std::vector<endpoint> listen{endpoint{}};
    unsigned unix_mode = 0660;   // of unix sockets
    tls_params tls;
    std::shared_ptr<const tls_server> handshakes;   // loaded from `tls`; never nullptr where an endpoint has it
    http::limits limits;
    bool server_timing = false;
    networks proxies;   // that may speak for others
};

}   // namespace rediserve::http
