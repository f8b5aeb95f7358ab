#include "rediserve/redis/command.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace rediserve::redis {

namespace {

// Below this, copying an argument is cheaper than carrying it as a part of its own.
constexpr std::size_t worth_taking_over = 16 * 1024;

// Writes `mark`, `number` and a line end; returns what follows them.
char* write_header(char* to, char mark, std::size_t number) noexcept
{
    constexpr int digits = std::numeric_limits<std::size_t>::digits10 + 1;
    *to++ = mark;
    to = std::to_chars(to, to + digits, number).ptr;
    *to++ = '\r';
    *to++ = '\n';
    return to;
}

}   // namespace

batch& batch::begin(std::size_t count)
{
    if (const auto offset = bytes())
        starts_.push_back(offset);
    auto& to = current();
    char* const at = to.prepare(header_room);
    to.commit(static_cast<std::size_t>(write_header(at, '*', count) - at));
    return *this;
}

batch& batch::argument(std::string_view bytes)
{
    auto& to = current();
    char* const at = to.prepare(room_for(bytes));
    char* end = write_header(at, '$', bytes.size());
    if (!bytes.empty())
        std::memcpy(end, bytes.data(), bytes.size());
    end += bytes.size();
    std::memcpy(end, "\r\n", 2);
    to.commit(static_cast<std::size_t>(end + 2 - at));
    return *this;
}

batch& batch::argument(payload&& bytes)
{
    if (bytes.size() < worth_taking_over || large_.size() > 0)
        return argument(bytes.view());
    char* const at = head_.prepare(header_room);
    char* const end = write_header(at, '$', bytes.size());
    head_.commit(static_cast<std::size_t>(end - at));
    large_ = std::move(bytes);
    tail_.prepare(2);
    std::memcpy(tail_.data(), "\r\n", 2);
    tail_.commit(2);
    return *this;
}

batch& batch::argument_number(std::int64_t number)
{
    char digits[std::numeric_limits<std::int64_t>::digits10 + 2];
    const auto* const end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
    return argument(std::string_view(digits, static_cast<std::size_t>(end - digits)));
}

batch& batch::append(const batch& from, std::size_t index)
{
    if (const auto offset = bytes())
        starts_.push_back(offset);
    for (std::size_t at = from.start(index); at < from.end(index);) {
        const auto piece = from.from(at).substr(0, from.end(index) - at);
        current().append(piece);
        at += piece.size();
    }
    return *this;
}

void batch::clear() noexcept
{
    head_.reset();
    if (large_.size() > 0)
        large_ = {};
    tail_.reset();
    starts_.clear();
}

bool is_transaction(const batch& commands) noexcept
{
    return commands.size() > 1 && commands.name(0) == "MULTI" && commands.name(commands.size() - 1) == "EXEC";
}

std::size_t batch::begun(std::size_t offset) const noexcept
{
    if (offset == 0)
        return 0;
    return 1 + static_cast<std::size_t>(std::lower_bound(starts_.begin(), starts_.end(), offset) - starts_.begin());
}

std::string_view batch::from(std::size_t offset) const noexcept
{
    if (offset < head_.size())
        return head().substr(offset);
    offset -= head_.size();
    if (offset < large_.size())
        return large().substr(offset);
    return tail().substr(offset - large_.size());
}

std::string_view batch::name(std::size_t index) const noexcept
{
    // `*<count>\r\n$<length>\r\n<name>\r\n`
    const auto wire = from(start(index));
    const auto length_at = wire.find('$') + 1;
    std::size_t length = 0;
    const auto parsed = std::from_chars(wire.data() + length_at, wire.data() + wire.size(), length);
    return wire.substr(static_cast<std::size_t>(parsed.ptr - wire.data()) + 2, length);
}

// Of `<mark><number>\r\n` at wire offset `at`, which moves on behind it. It was written here: digits are all there is.
std::size_t batch::number_at(std::size_t& at) const noexcept
{
    const std::string_view wire = from(at);
    std::size_t number = 0;
    std::size_t i = 1;
    for (; wire[i] != '\r'; ++i)
        number = 10 * number + static_cast<std::size_t>(wire[i] - '0');
    at += i + 2;
    return number;
}

void batch::words(std::size_t index, std::vector<std::string_view>& to) const
{
    to.clear();
    std::size_t at = start(index);
    for (std::size_t left = number_at(at); left > 0; --left) {
        const std::size_t length = number_at(at);
        to.push_back(from(at).substr(0, length));
        at += length + 2;
    }
}

}   // namespace rediserve::redis
