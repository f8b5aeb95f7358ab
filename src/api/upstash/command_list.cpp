#include "api/upstash/command_list.hpp"

#include <algorithm>
#include <cstring>

namespace rediserve::api::upstash {

namespace {

constexpr std::size_t kept_bytes = std::size_t{64} << 10;
constexpr std::size_t least_block = std::size_t{4} << 10;

template <class T>
void clear_to_bound(std::vector<T>& all) noexcept
{
    all.clear();
    if (all.capacity() * sizeof(T) > kept_bytes)
        std::vector<T>().swap(all);
}

}   // namespace

std::span<std::string_view> command_list::words(std::size_t index) noexcept
{
    return std::span(words_).subspan(commands_[index].first, commands_[index].count);
}

std::span<const std::string_view> command_list::words(std::size_t index) const noexcept
{
    return std::span(words_).subspan(commands_[index].first, commands_[index].count);
}

void command_list::replace(std::size_t index, std::span<const std::string_view> by)
{
    command& changed = commands_[index];
    if (by.size() <= changed.count) {
        std::copy(by.begin(), by.end(), words(index).begin());
    } else {
        changed.first = words_.size();   // the old words stay unused
        words_.insert(words_.end(), by.begin(), by.end());
    }
    changed.count = by.size();
}

void command_list::refuse(std::size_t index, std::string_view why)
{
    if (commands_[index].refusal.empty())
        commands_[index].refusal = keep(why);
}

void command_list::begin_command()
{
    commands_.push_back({words_.size(), 0, {}});
}

void command_list::end_command() noexcept
{
    commands_.back().count = words_.size() - commands_.back().first;
}

std::string_view command_list::keep(std::string_view bytes)
{
    char* const copy = prepare(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy);
    return keep_prepared(bytes.size());
}

char* command_list::prepare(std::size_t n)
{
    if (blocks_.empty() || blocks_.back().size - filled_ < n) {
        const std::size_t twice = blocks_.empty() ? least_block : 2 * blocks_.back().size;
        const std::size_t size = std::max(n, std::min(twice, kept_bytes));
        blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
        filled_ = 0;
    }
    return blocks_.back().bytes.get() + filled_;
}

std::string_view command_list::keep_prepared(std::size_t n) noexcept
{
    const std::string_view kept(blocks_.back().bytes.get() + filled_, n);
    filled_ += n;
    return kept;
}

void command_list::clear() noexcept
{
    clear_to_bound(words_);
    clear_to_bound(commands_);
    std::erase_if(blocks_, [](const block& one) { return one.size > kept_bytes; });
    if (blocks_.size() > 1)
        blocks_.erase(blocks_.begin(), blocks_.end() - 1);
    filled_ = 0;
}

}   // namespace rediserve::api::upstash
