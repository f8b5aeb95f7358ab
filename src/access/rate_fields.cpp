#include "rediserve/access/rate_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>

namespace rediserve::access {

namespace {

using std::chrono::seconds;

// Written in one piece, as it is for every answer.
class line_writer
{
public:
    line_writer& operator<<(std::string_view text) noexcept
    {
        const std::size_t fits = std::min(text.size(), room());
        std::memcpy(text_.data() + size_, text.data(), fits);
        size_ += fits;
        return *this;
    }
    line_writer& operator<<(std::uint64_t number) noexcept
    {
        const auto written = std::to_chars(text_.data() + size_, text_.data() + text_.size(), number);
        size_ = static_cast<std::size_t>(written.ptr - text_.data());
        return *this;
    }
    line_writer& operator<<(std::chrono::nanoseconds time) noexcept
    {
        return *this << static_cast<std::uint64_t>(std::chrono::ceil<seconds>(time).count());
    }

    std::string_view text() const noexcept { return {text_.data(), size_}; }

private:
    std::size_t room() const noexcept { return text_.size() - size_; }

    std::array<char, 256> text_;
    std::size_t size_ = 0;
};

}   // namespace

void append_rate_fields(std::string& to, std::string_view name, const rate& within, const taken& how)
{
    line_writer lines;
    lines << "RateLimit-Policy: \"" << name << "\";q=" << within.amount << ";w=" << within.period;
    lines << "\r\nRateLimit: \"" << name << "\";r=" << how.remaining << ";t=" << how.reset << "\r\n";
    to.append(lines.text());
}

error too_fast(const taken& how, std::string_view what)
{
    const seconds wait = std::max(std::chrono::ceil<seconds>(how.retry_after), seconds(1));
    error made(errc::rate_limited, "too many ", executed::no);
    made.detail.append(what).append("; try again in ").append(std::to_string(wait.count())).append(" s");
    made.retry_after = wait;
    return made;
}

}   // namespace rediserve::access
