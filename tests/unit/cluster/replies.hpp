// Replies of several nodes, and what was made of them, in RESP.
#pragma once

#include "rediserve/redis/reply_tree.hpp"
#include "support/fake_backend.hpp"

#include <string>
#include <vector>

namespace rediserve::cluster::test {

using rediserve::test::array;
using rediserve::test::bulk;
using strings = std::vector<std::string>;

inline const std::string nil = "$-1\r\n";

inline std::string number(std::int64_t value)
{
    return ":" + std::to_string(value) + "\r\n";
}

inline std::vector<redis::reply_tree> replies(const strings& resp)
{
    std::vector<redis::reply_tree> all;
    for (const std::string& one : resp)
        rediserve::test::with_reply(one, [&](const redis::reply_view& reply) {
            all.push_back(redis::reply_tree::copy_of(reply));
            return true;
        });
    return all;
}

inline std::string written(const redis::reply_view& reply)
{
    switch (reply.kind()) {
    case redis::reply_kind::string: return bulk(reply.text());
    case redis::reply_kind::status: return "+" + std::string(reply.text()) + "\r\n";
    case redis::reply_kind::error: return "-" + std::string(reply.text()) + "\r\n";
    case redis::reply_kind::integer: return number(reply.integer());
    case redis::reply_kind::nil: return nil;
    default: return "?";
    case redis::reply_kind::array: break;
    }
    strings elements;
    for (std::size_t i = 0; i < reply.size(); ++i)
        elements.push_back(written(reply[i]));
    return array(elements);
}

}   // namespace rediserve::cluster::test
