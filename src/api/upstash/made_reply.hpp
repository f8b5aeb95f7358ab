// Results that Redis did not send in this form, because a command was translated or needed no Redis.
#pragma once

#include "api/upstash/answer.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::upstash {

// A page of SCAN.
struct page_of_keys
{
    std::string cursor;
    std::vector<std::string> keys;
    std::vector<std::string> types;   // with WITHTYPE: as many; else none
};

void append_ok(buffer& to, format as);
void append_string_result(buffer& to, std::string_view bytes, format as);
void append_integer_result(buffer& to, std::int64_t value, format as);
// [key,…]
void append_keys_result(buffer& to, const std::vector<std::string>& keys, format as);
// [cursor,[key,…]], or [cursor,[key,type,key,type,…]]
void append_page_result(buffer& to, const page_of_keys& page, format as);

}   // namespace rediserve::api::upstash
