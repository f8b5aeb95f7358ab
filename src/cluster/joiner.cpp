#include "cluster/joiner.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace rediserve::cluster {

namespace {

using commands::response_policy;
using redis::reply_tree;
using redis::reply_view;
using replies_of = std::vector<reply_tree>;

using joining = std::int64_t (*)(std::int64_t, std::int64_t);

std::int64_t both(std::int64_t a, std::int64_t b) noexcept
{
    return a != 0 && b != 0 ? 1 : 0;
}

std::int64_t either(std::int64_t a, std::int64_t b) noexcept
{
    return a != 0 || b != 0 ? 1 : 0;
}

std::int64_t smaller(std::int64_t a, std::int64_t b) noexcept
{
    return std::min(a, b);
}

std::int64_t larger(std::int64_t a, std::int64_t b) noexcept
{
    return std::max(a, b);
}

// As much as there is room for.
std::int64_t added(std::int64_t a, std::int64_t b) noexcept
{
    std::int64_t all = 0;
    if (!__builtin_add_overflow(a, b, &all))
        return all;
    return a < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

// nullptr: the policy does not join numbers.
joining joining_of(response_policy how) noexcept
{
    switch (how) {
    case response_policy::agg_logical_and: return both;
    case response_policy::agg_logical_or: return either;
    case response_policy::agg_min: return smaller;
    case response_policy::agg_max: return larger;
    case response_policy::agg_sum: return added;
    default: return nullptr;
    }
}

// What `number_of` has of each reply, joined. nullopt: some are not integers.
template <class Number>
std::optional<std::int64_t> joined(joining with, const replies_of& replies, Number number_of)
{
    std::optional<std::int64_t> all;
    for (const reply_tree& one : replies) {
        const reply_view number = number_of(one.view());
        if (!number.is_integer())
            return std::nullopt;
        all = all ? with(*all, number.integer()) : number.integer();
    }
    return all;
}

// Integers, or arrays of as many of them each.
reply_tree join_numbers(joining with, std::string_view name, const replies_of& replies)
{
    const reply_view first = replies.front().view();
    if (!first.is_array()) {
        const auto all = joined(with, replies, [](const reply_view& one) { return one; });
        return all ? reply_tree::integer(*all) : mismatch(name);
    }
    std::vector<reply_tree> elements;
    elements.reserve(first.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        const auto all = joined(with, replies, [&](const reply_view& one) {
            return one.size() == first.size() ? one[i] : reply_view();
        });
        if (!all)
            return mismatch(name);
        elements.push_back(reply_tree::integer(*all));
    }
    return reply_tree::array(std::move(elements));
}

// Arrays as one, texts that say how it went as the first of them, all else as a list.
reply_tree join_as_they_are(replies_of&& replies)
{
    const auto all_are = [&](bool (*is)(const reply_view&)) {
        return std::ranges::all_of(replies, is, &reply_tree::view);
    };
    if (all_are([](const reply_view& one) { return one.kind() == redis::reply_kind::status; }))
        return std::move(replies.front());
    if (!all_are([](const reply_view& one) { return one.is_array(); }))
        return reply_tree::array(std::move(replies));
    std::vector<reply_view> elements;
    for (const reply_tree& one : replies)
        for (std::size_t i = 0; i < one.view().size(); ++i)
            elements.push_back(one.view()[i]);
    return reply_tree::gathered(elements, std::move(replies));
}

// The first success; of errors one that says more than that there was nothing to do (SCRIPT KILL).
reply_tree one_success(replies_of&& replies)
{
    const auto success = std::ranges::find_if(replies, [](const reply_tree& one) { return !one.view().is_error(); });
    if (success != replies.end())
        return std::move(*success);
    const auto telling =
        std::ranges::find_if(replies, [](const reply_tree& one) { return !one.view().is_error("NOTBUSY"); });
    return std::move(telling == replies.end() ? replies.front() : *telling);
}

// RANDOMKEY: nil from a node that has no keys.
reply_tree first_found(replies_of&& replies)
{
    const auto found = std::ranges::find_if(replies, [](const reply_tree& one) { return !one.view().is_nil(); });
    return std::move(found == replies.end() ? replies.front() : *found);
}

constexpr std::string_view random_key = "randomkey";

}   // namespace

reply_tree* first_error(std::vector<reply_tree>& replies) noexcept
{
    const auto found = std::ranges::find_if(replies, [](const reply_tree& one) { return one.view().is_error(); });
    return found == replies.end() ? nullptr : &*found;
}

reply_tree mismatch(std::string_view name)
{
    return reply_tree::error(
        "ERR the replies of the cluster's nodes to '" + std::string(name) + "' do not go together"
    );
}

reply_tree sum(std::string_view name, const std::vector<reply_tree>& replies)
{
    return join_numbers(added, name, replies);
}

bool can_join(response_policy how, std::string_view name) noexcept
{
    return how != response_policy::special || name == random_key;
}

reply_tree join(response_policy how, std::string_view name, std::vector<reply_tree>&& replies)
{
    if (replies.size() == 1)
        return std::move(replies.front());
    if (how == response_policy::one_succeeded)
        return one_success(std::move(replies));
    if (reply_tree* const failed = first_error(replies))
        return std::move(*failed);
    if (name == random_key)
        return first_found(std::move(replies));
    if (how == response_policy::all_succeeded)
        return std::move(replies.front());
    if (const joining with = joining_of(how))
        return join_numbers(with, name, replies);
    return how == response_policy::special ? mismatch(name) : join_as_they_are(std::move(replies));
}

}   // namespace rediserve::cluster
