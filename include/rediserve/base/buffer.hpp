// A growable byte buffer on malloc/realloc. Growth leaves new bytes uninitialised, and large blocks grow by moving
// pages instead of copying them (mremap), which std::vector and std::string cannot do.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace rediserve {

class buffer
{
public:
    buffer() noexcept = default;
    explicit buffer(std::string_view bytes) { append(bytes); }
    buffer(buffer&& other) noexcept;
    buffer& operator=(buffer&& other) noexcept;
    ~buffer();

    char* data() noexcept { return data_; }
    const char* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return capacity_; }
    bool empty() const noexcept { return size_ == 0; }
    std::string_view view() const noexcept { return {data_, size_}; }

    // Room for `n` more bytes behind the content; write there, then commit() what was written.
    // Throws std::bad_alloc. Pointers into the buffer are invalid afterwards.
    char* prepare(std::size_t n)
    {
        if (capacity_ - size_ < n)
            grow(n);
        return data_ + size_;
    }
    void commit(std::size_t n) noexcept { size_ += n; }

    void append(std::string_view bytes)
    {
        if (bytes.empty())
            return;
        std::memcpy(prepare(bytes.size()), bytes.data(), bytes.size());
        size_ += bytes.size();
    }
    void append(char byte)
    {
        *prepare(1) = byte;
        ++size_;
    }
    void append_number(long long value);

    // Makes room for exactly `total` bytes in all, for when the final size is known.
    void reserve(std::size_t total);
    // Replaces `count` bytes at `at` by `bytes`, moving what follows.
    void replace(std::size_t at, std::size_t count, std::string_view bytes);
    // Drops the first `n` bytes, moving the rest to the front.
    void consume(std::size_t n) noexcept;
    void truncate(std::size_t n) noexcept { size_ = n; }
    void clear() noexcept { size_ = 0; }
    // Gives the memory back.
    void reset() noexcept;

private:
    void grow(std::size_t n);
    void reallocate(std::size_t capacity);

    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

// Bytes that own their memory, possibly in the middle of a larger buffer: a request body can be handed on without
// being copied out of the read buffer it arrived in.
class payload
{
public:
    payload() noexcept = default;
    explicit payload(buffer&& storage) noexcept : storage_(std::move(storage)), length_(storage_.size()) {}
    payload(buffer&& storage, std::size_t offset, std::size_t length) noexcept
        : storage_(std::move(storage)), offset_(offset), length_(length)
    {}

    std::string_view view() const noexcept { return {storage_.data() + offset_, length_}; }
    std::size_t size() const noexcept { return length_; }

private:
    buffer storage_;
    std::size_t offset_ = 0;
    std::size_t length_ = 0;
};

}   // namespace rediserve
