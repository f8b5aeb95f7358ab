// If-Match and If-None-Match (RFC 9110, 13.1).
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api {

struct entity_tag
{
    std::string opaque;   // between the quotes
    bool weak = false;
};

// The value of one of the two headers.
struct tag_list
{
    bool any = false;   // `*`
    std::vector<entity_tag> tags;

    // errc::bad_request: anything but `*` or a list of quoted tags.
    static result<tag_list> read(std::string_view header);

    // For If-Match: a weak tag never matches.
    bool matches_strongly(std::string_view opaque) const noexcept;
    // For If-None-Match: weak or not, the text decides.
    bool matches_weakly(std::string_view opaque) const noexcept;
    // The tags that can match strongly.
    std::vector<std::string> strong() const;
};

// Both headers of a request; nullopt where one was not sent.
struct conditions
{
    std::optional<tag_list> if_match;
    std::optional<tag_list> if_none_match;

    // errc::bad_request.
    static result<conditions> of(const http::request& request);
    static result<conditions> read(std::string_view if_match, std::string_view if_none_match);
    bool none() const noexcept { return !if_match && !if_none_match; }
};

enum class verdict : std::uint8_t { proceed, not_modified, failed };

// What the conditions of a GET or HEAD say about an existing value with this tag (RFC 9110, 13.2.2).
verdict judge(const conditions& of, std::string_view opaque) noexcept;

}   // namespace rediserve::api
