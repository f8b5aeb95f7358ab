#include "rediserve/base/buffer.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <new>

namespace rediserve {

buffer::buffer(buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr))
    , size_(std::exchange(other.size_, 0))
    , capacity_(std::exchange(other.capacity_, 0))
{}

buffer& buffer::operator=(buffer&& other) noexcept
{
    if (this != &other) {
        std::free(data_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
    }
    return *this;
}

buffer::~buffer()
{
    std::free(data_);
}

void buffer::append_number(long long value)
{
    constexpr std::size_t digits = std::numeric_limits<long long>::digits10 + 2;
    char* const to = prepare(digits);
    size_ += static_cast<std::size_t>(std::to_chars(to, to + digits, value).ptr - to);
}

void buffer::reserve(std::size_t total)
{
    if (total > capacity_)
        reallocate(total);
}

void buffer::replace(std::size_t at, std::size_t count, std::string_view bytes)
{
    if (bytes.size() > count)
        prepare(bytes.size() - count);
    if (bytes.size() != count)
        std::memmove(data_ + at + bytes.size(), data_ + at + count, size_ - at - count);
    if (!bytes.empty())
        std::memcpy(data_ + at, bytes.data(), bytes.size());
    size_ += bytes.size() - count;
}

void buffer::consume(std::size_t n) noexcept
{
    size_ -= n;
    if (size_ > 0 && n > 0)
        std::memmove(data_, data_ + n, size_);
}

void buffer::reset() noexcept
{
    std::free(data_);
    data_ = nullptr;
    size_ = 0;
    capacity_ = 0;
}

void buffer::grow(std::size_t n)
{
    constexpr std::size_t smallest = 256;
    if (n > std::numeric_limits<std::size_t>::max() / 2 - size_)
        throw std::bad_alloc();
    reallocate(std::max({size_ + n, capacity_ * 2, smallest}));
}

void buffer::reallocate(std::size_t capacity)
{
    void* const moved = data_ ? std::realloc(data_, capacity) : std::malloc(capacity);
    if (!moved)
        throw std::bad_alloc();
    data_ = static_cast<char*>(moved);
    capacity_ = capacity;
}

}   // namespace rediserve
