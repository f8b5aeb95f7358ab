#include "redis/attribute_finder.hpp"

#include <algorithm>

namespace rediserve::redis {

namespace {

constexpr char attribute = '|';
constexpr std::uint64_t line_end = 2;                         // bytes
constexpr std::uint64_t most_text = std::uint64_t{1} << 62;   // more never comes, and hiredis takes no more

}   // namespace

std::size_t attribute_finder::find(std::string_view bytes) noexcept
{
    std::size_t at = 0;
    while (at < bytes.size()) {
        if (text_left_ > 0) {
            const auto passed = std::min<std::uint64_t>(text_left_, bytes.size() - at);
            text_left_ -= passed;
            at += static_cast<std::size_t>(passed);
        } else if (in_line_) {
            go_on(bytes[at++]);
        } else if (begin_value(bytes[at])) {
            return at;
        } else {
            ++at;
        }
    }
    return at;
}

// True for an attribute.
bool attribute_finder::begin_value(char type) noexcept
{
    in_line_ = true;
    sized_ = type == '$' || type == '=';
    size_ = 0;
    last_ = type;
    if (type == attribute)
        pairs_.push_back(found_++);
    ++found_;
    return type == attribute;
}

void attribute_finder::go_on(char byte) noexcept
{
    const bool ends = last_ == '\r' && byte == '\n';
    last_ = byte;
    if (ends) {
        in_line_ = false;
        text_left_ = sized_ ? size_ + line_end : 0;
    } else if (byte >= '0' && byte <= '9') {
        size_ = std::min(size_ * 10 + static_cast<std::uint64_t>(byte - '0'), most_text);
    } else if (byte != '\r') {
        sized_ = false;   // -1: no text follows
    }
}

bool attribute_finder::next_is_pair() noexcept
{
    const bool is_pair = !pairs_.empty() && pairs_.front() == read_;
    if (is_pair)
        pairs_.pop_front();
    ++read_;
    return is_pair;
}

}   // namespace rediserve::redis
