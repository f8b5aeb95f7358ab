// The entity tag of a string value, or of an answer: the first 16 bytes of its SHA-1, in hexadecimal.
#pragma once

#include "rediserve/base/digest.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace rediserve::api {

class etag
{
public:
    static constexpr std::size_t bytes = 16;

    static etag of(std::string_view value) { return etag(sha1(value)); }
    // Of the SHA-1 that Redis has computed, in lower-case hexadecimal; nullopt when it is none.
    static std::optional<etag> of_sha1(std::string_view hexadecimal) noexcept
    {
        if (hexadecimal.size() != 2 * sha1_digest().size()
            || hexadecimal.find_first_not_of("0123456789abcdef") != std::string_view::npos)
            return std::nullopt;
        return etag(hexadecimal.substr(0, 2 * bytes));
    }

    // As a header carries it, in quotes.
    std::string_view quoted() const noexcept { return {text_.data(), text_.size()}; }
    // Between the quotes.
    std::string_view opaque() const noexcept { return quoted().substr(1, 2 * bytes); }

private:
    explicit etag(std::string_view opaque) noexcept
    {
        text_.front() = text_.back() = '"';
        opaque.copy(text_.data() + 1, 2 * bytes);
    }
    explicit etag(const sha1_digest& digest) noexcept
    {
        text_.front() = text_.back() = '"';
        to_hex(digest.data(), bytes, text_.data() + 1);
    }

    std::array<char, 2 * bytes + 2> text_;
};

}   // namespace rediserve::api
