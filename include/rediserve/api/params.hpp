// Settings of the dialects.
#pragma once

#include <cstddef>

namespace rediserve::api {

struct params
{
    std::size_t collection_items = 10'000;            // of a collection that is answered whole
    std::size_t scan_count = 100;                     // default page of GET /keys
    std::size_t key_bytes = std::size_t{512} << 10;   // of a key
};

}   // namespace rediserve::api
