#include "rediserve/redis/written.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace rediserve::redis {

namespace {

constexpr std::size_t history_digits = 40;
constexpr int base = 36;
constexpr std::string_view doubt = "?";

bool is_history(std::string_view text) noexcept
{
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return text.size() == history_digits && std::ranges::all_of(text, is_digit);
}

std::optional<replication_point> parse_point(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || !is_history(text.substr(0, colon)))
        return std::nullopt;
    const std::string_view digits = text.substr(colon + 1);
    replication_point found{std::string(text.substr(0, colon)), 0};
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), found.offset, base);
    if (failed != std::errc() || end != digits.data() + digits.size())
        return std::nullopt;
    return found;
}

}   // namespace

void written::note_only(replication_point point)
{
    points_.assign(1, std::move(point));
    in_doubt_ = false;
}

void written::note(replication_point point)
{
    const auto same = std::ranges::find(points_, point.history, &replication_point::history);
    if (same != points_.end())
        same->offset = std::max(same->offset, point.offset);
    else if (points_.size() < most)
        points_.push_back(std::move(point));
    else
        in_doubt_ = true;
}

std::string written::text() const
{
    std::string all;
    for (const replication_point& each : points_) {
        std::array<char, 16> digits{};
        char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), each.offset, base).ptr;
        all.append(all.empty() ? "" : ".")
            .append(each.history)
            .append(":")
            .append(std::string_view(digits.data(), end));
    }
    if (in_doubt_)
        all.append(all.empty() ? "" : ".").append(doubt);
    return all;
}

written written::parse(std::string_view text)
{
    written found;
    while (!text.empty()) {
        const auto dot = text.find('.');
        const std::string_view part = text.substr(0, dot);
        text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
        if (auto point = parse_point(part))
            found.note(std::move(*point));
        else if (part == doubt)
            found.note_unknown();
        else
            return {};
    }
    return found;
}

}   // namespace rediserve::redis
