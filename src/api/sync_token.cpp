#include "api/sync_token.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <random>

namespace rediserve::api {

namespace {

constexpr int base = 36;

// `<nonce>-<counter>`; the nonce is the thread's own, so that no counter is shared.
class token_maker
{
public:
    token_maker()
    {
        std::random_device source;
        const std::uint64_t nonce = std::uint64_t{source()} << 32 | source();
        char* const end = std::to_chars(text_.data(), text_.data() + text_.size(), nonce, base).ptr;
        *end = '-';
        number_ = end + 1;
    }

    std::string_view next() noexcept
    {
        char* const end = std::to_chars(number_, text_.data() + text_.size(), ++count_, base).ptr;
        return {text_.data(), end};
    }

private:
    std::array<char, 32> text_{};   // twice at most 13 digits
    char* number_ = nullptr;
    std::uint64_t count_ = 0;
};

}   // namespace

std::string_view next_sync_token() noexcept
{
    static thread_local token_maker maker;
    return maker.next();
}

}   // namespace rediserve::api
