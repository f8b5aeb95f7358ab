#include "cluster/split.hpp"

#include "cluster/joiner.hpp"
#include "cluster/slots.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>

namespace rediserve::cluster {

namespace {

using redis::reply_tree;
using redis::reply_view;

enum class outcome : std::uint8_t { values, done, count };

constexpr unsigned number_bits = 32;

constexpr std::uint64_t key_of(std::uint16_t slot, std::uint32_t number) noexcept
{
    return std::uint64_t{slot} << number_bits | number;
}

constexpr std::uint16_t slot_in(std::uint64_t key) noexcept
{
    return static_cast<std::uint16_t>(key >> number_bits);
}

constexpr std::uint32_t number_in(std::uint64_t key) noexcept
{
    return static_cast<std::uint32_t>(key);
}

}   // namespace

struct split::command
{
    std::string_view name;
    std::size_t words_per_key;
    outcome comes_to;

    static constexpr std::size_t longest = 6;

    static const command* find(std::string_view name) noexcept
    {
        static constexpr std::array<command, 6> all{{
            {"mget", 1, outcome::values},
            {"mset", 2, outcome::done},
            {"del", 1, outcome::count},
            {"unlink", 1, outcome::count},
            {"exists", 1, outcome::count},
            {"touch", 1, outcome::count},
        }};
        if (name.size() > longest)
            return nullptr;
        const auto* const found =
            std::ranges::find_if(all, [&](const command& one) { return iequals(one.name, name); });
        return found == all.end() ? nullptr : found;
    }
};

bool split::possible(std::string_view name) noexcept
{
    return command::find(name) != nullptr;
}

std::optional<split> split::of(std::span<const std::string_view> words)
{
    const command* const what = words.empty() ? nullptr : command::find(words[0]);
    if (!what || words.size() < 2 || (words.size() - 1) % what->words_per_key != 0)
        return std::nullopt;
    split made;
    made.what_ = what;
    const auto count = static_cast<std::uint32_t>((words.size() - 1) / what->words_per_key);
    made.keys_.reserve(count);
    for (std::uint32_t number = 0; number < count; ++number)
        made.keys_.push_back(key_of(slot_of(words[1 + number * what->words_per_key]), number));
    std::ranges::sort(made.keys_);
    for (std::uint32_t at = 0; at < count; ++at) {
        const std::uint16_t slot = slot_in(made.keys_[at]);
        if (made.parts_.empty() || made.parts_.back().slot != slot)
            made.parts_.push_back({slot, at, 0});
        ++made.parts_.back().count;
    }
    return made;
}

std::size_t split::key(const part& one, std::size_t index) const noexcept
{
    return number_in(keys_[one.begin + index]);
}

void split::add(const part& one, std::span<const std::string_view> words, redis::batch& to) const
{
    const std::size_t each = what_->words_per_key;
    to.begin(1 + one.count * each).argument(words[0]);
    for (std::size_t i = 0; i < one.count; ++i)
        for (const std::string_view word : words.subspan(1 + key(one, i) * each, each))
            to.argument(word);
}

reply_tree split::join(std::vector<reply_tree>&& replies) const
{
    if (reply_tree* const failed = first_error(replies))
        return std::move(*failed);
    switch (what_->comes_to) {
    case outcome::values: return values(std::move(replies));
    case outcome::done: return std::move(replies.front());
    case outcome::count: break;
    }
    return sum(what_->name, replies);
}

reply_tree split::values(std::vector<reply_tree>&& replies) const
{
    std::vector<reply_view> all(keys_.size());
    for (std::size_t n = 0; n < parts_.size(); ++n) {
        const part& one = parts_[n];
        const reply_view got = replies[n].view();
        if (got.size() != one.count)
            return mismatch(what_->name);
        for (std::size_t i = 0; i < one.count; ++i)
            all[key(one, i)] = got[i];
    }
    return reply_tree::gathered(all, std::move(replies));
}

}   // namespace rediserve::cluster
