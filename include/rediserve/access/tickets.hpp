// Tickets for browsers: an EventSource or a WebSocket cannot send a header, and a token in a URL would stay in logs.
#pragma once

#include "rediserve/access/principal.hpp"
#include "rediserve/base/digest.hpp"
#include "rediserve/base/error.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace rediserve::access {

// Of the whole process, as a browser's two connections may be of different shards. Any thread. Nothing survives the end.
class tickets
{
public:
    using time = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds lifetime{30};
    static constexpr std::size_t most = 65'536;        // that are good at a time
    static constexpr std::string_view mark = "rdt_";   // with which each begins, so that it can be told from a token

    // A ticket for `who`: the mark and 128 random bits in characters that fit into a URL as they are.
    // errc::too_many_connections: too many are out.
    result<std::string> issue(principal_ptr who, time now);

    // Whose it is; it is used up by that. errc::unauthorized: nobody's, used, or too old.
    result<principal_ptr> redeem(std::string_view ticket, time now);

private:
    struct entry
    {
        principal_ptr who;
        time expires;
        std::list<sha256_digest>::iterator place;   // in order_
    };
    using table = std::map<sha256_digest, entry>;   // by digest: how far a look-up came tells nothing about a ticket

    void forget_old(time now);
    void forget(table::iterator what);

    std::mutex mutex_;
    table out_;
    std::list<sha256_digest> order_;   // of the same; all live equally long, so the first one ends first
};

}   // namespace rediserve::access
