// Results that Redis did not send in this form, because a command was translated or needed no Redis.
#pragma once

#include "api/upstash/answer.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::upstash {

// A page of SCAN … WITHTYPE.
struct typed_page
{
    std::string cursor;
    std::vector<std::string> keys;
    std::vector<std::string> types;   // as many
};

void append_ok(buffer& to, format as);
void append_string_result(buffer& to, std::string_view bytes, format as);
void append_integer_result(buffer& to, std::int64_t value, format as);
// [cursor,[key,type,key,type,…]]
void append_page_result(buffer& to, const typed_page& page, format as);

}   // namespace rediserve::api::upstash
