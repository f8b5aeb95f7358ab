// Documents that clients send.
//
// nlohmann's own document type keeps one of two members with the same name and recurses as deep as the text does; this one
// keeps all members in their order, and refuses text that is nested too deep or has too many parts.
#pragma once

#include "rediserve/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rediserve::api {

struct json_value;
struct json_member;
using json_array = std::vector<json_value>;
using json_object = std::vector<json_member>;

struct json_value
{
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, json_array, json_object> is;

    template <class T>
    const T* as() const noexcept
    {
        return std::get_if<T>(&is);
    }
    template <class T>
    T* as() noexcept
    {
        return std::get_if<T>(&is);
    }
    bool is_null() const noexcept { return is.index() == 0; }
};

struct json_member
{
    std::string name;
    json_value value;
};

// Reads one whole document (RFC 8259, so UTF-8). Integers beyond 64 bits become doubles.
// errc::bad_request with the place and the reason; errc::body_too_large beyond a million values.
result<json_value> read_json(std::string_view text);

// As above, for a document that must be an object.
result<json_object> read_json_object(std::string_view text);

}   // namespace rediserve::api
