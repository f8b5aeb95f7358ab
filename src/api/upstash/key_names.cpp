#include "api/upstash/key_names.hpp"

#include "rediserve/base/bytes.hpp"

namespace rediserve::api::upstash {

key_names key_names_of(std::span<const std::string_view> words) noexcept
{
    if (iequals(words.front(), "SCAN"))
        return key_names::of_page;
    return iequals(words.front(), "KEYS") ? key_names::all : key_names::none;
}

}   // namespace rediserve::api::upstash
