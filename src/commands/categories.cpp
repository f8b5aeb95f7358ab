#include "rediserve/commands/categories.hpp"

#include "rediserve/base/bytes.hpp"

#include <array>
#include <cstddef>

namespace rediserve::commands {

namespace {

constexpr std::array<std::string_view, 29> names = {
    "keyspace", "read",      "write",      "set",         "sortedset", "list",  "hash",   "string",
    "bitmap",   "geo",       "stream",     "hyperloglog", "pubsub",    "admin", "fast",   "slow",
    "blocking", "dangerous", "connection", "transaction", "scripting", "json",  "search", "timeseries",
    "bloom",    "cuckoo",    "cms",        "tdigest",     "topk",
};

}   // namespace

category_set category_of(std::string_view name) noexcept
{
    for (std::size_t i = 0; i < names.size(); ++i)
        if (iequals(names[i], name))
            return category_set{1} << i;
    return 0;
}

}   // namespace rediserve::commands
