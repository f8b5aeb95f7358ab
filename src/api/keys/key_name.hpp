// The bytes of a key, kept by the request that names it.
#pragma once

#include "rediserve/base/error.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace rediserve::api::keys {

// Short keys lie inside the object, so that the common request allocates nothing for its key.
class key_name
{
public:
    explicit key_name(std::string_view bytes) : size_(bytes.size())
    {
        if (is_short())
            bytes.copy(short_.data(), size_);
        else
            long_ = bytes;
    }

    // Percent-decodes one segment of a path. errc::bad_request; errc::uri_too_long for more than `longest` bytes.
    static result<key_name> decode(std::string_view segment, std::size_t longest);
    // The checks alone, for a key that came in a query or a document.
    static result<key_name> check(std::string_view bytes, std::size_t longest);

    std::string_view view() const noexcept { return is_short() ? std::string_view(short_.data(), size_) : long_; }
    std::string text() const { return std::string(view()); }

private:
    bool is_short() const noexcept { return size_ <= short_.size(); }

    std::size_t size_;
    std::array<char, 96> short_{};
    std::string long_;
};

}   // namespace rediserve::api::keys
