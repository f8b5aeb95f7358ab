// Sockets in, requests out: accept loops on the control thread, connections on the shards.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/http/handler.hpp"
#include "rediserve/http/params.hpp"
#include "rediserve/telemetry/metrics.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace rediserve::http {

// How a connection came in.
struct arrival
{
    http::peer peer;        // `secure`: a TLS handshake comes before anything of HTTP
    bool proxied = false;   // a PROXY protocol header comes before that
    bool refused = false;   // over the limit of connections: is told 503 and closed
};

// The connections of one shard. Made, used and destroyed on the shard's thread, but for what is marked.
class connection_pool
{
public:
    virtual ~connection_pool() = default;

    // Hands over a connected, non-blocking socket (a descriptor this now owns). Any thread.
    virtual void adopt(int descriptor, arrival how) = 0;
    // Open connections, those on their way by adopt() included. Any thread.
    virtual std::size_t open() const noexcept = 0;
    // New limits for connections and requests that start from now on. The shard's thread.
    virtual void apply(const params& settings) = 0;
    // Closes idle connections, and the others after the answers they owe. The shard's thread.
    virtual void drain() = 0;
    // Cuts all connections off. The shard's thread.
    virtual void stop() noexcept = 0;
};

std::unique_ptr<connection_pool> make_connection_pool(
    boost::asio::io_context& context, const params& settings, handler& to, telemetry::shard_metrics& metrics
);

// Where a socket listens that somebody else has opened: its numeric address, or its path ("@name" for an abstract one). The
// detail says what it is when it is no stream socket that listens.
result<endpoint> place_of(int descriptor);

// The accept loops of all endpoints, handing each socket to the pool with the fewest connections. The control thread.
class listener
{
public:
    virtual ~listener() = default;

    // Binds and listens on all endpoints; on failure none is open. The detail names the endpoint and the reason.
    virtual result<void> open(const std::vector<endpoint>& at) = 0;
    // The same with sockets that listen already, non-blocking, one for each of `at`. They become the listener's.
    virtual void adopt(const std::vector<endpoint>& at, const std::vector<int>& sockets) = 0;
    virtual void start() = 0;
    // Where it really listens, as URLs to type: "http://127.0.0.1:3000", "unix:/run/rediserve.sock".
    virtual std::vector<std::string> urls() const = 0;
    virtual void apply(const params& settings) = 0;
    // Stops accepting and removes unix sockets.
    virtual void close() noexcept = 0;
};

// `pools` must outlive the listener. Connections over params.limits.connections are answered 503 and closed.
std::unique_ptr<listener> make_listener(
    boost::asio::io_context& context, const params& settings, std::vector<connection_pool*> pools,
    telemetry::shard_metrics& metrics
);

}   // namespace rediserve::http
