#include "api/accept.hpp"

#include "api/text.hpp"
#include "rediserve/base/bytes.hpp"

namespace rediserve::api {

namespace {

constexpr int full_quality = 1000;

// A qvalue in thousandths: "0.5" → 500. What is none counts as 1.
int quality(std::string_view text) noexcept
{
    if (text.empty() || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.') || text.size() > 5)
        return full_quality;
    int thousandths = text[0] == '1' ? full_quality : 0;
    int weight = 100;
    for (const char digit : text.substr(text.size() > 1 ? 2 : 1)) {
        if (digit < '0' || digit > '9')
            return full_quality;
        thousandths += (digit - '0') * weight;
        weight /= 10;
    }
    return thousandths < full_quality ? thousandths : full_quality;
}

// How closely `range` describes `type`: 3 by name, 2 by main type, 1 as anything, 0 not at all.
int specificity(std::string_view range, std::string_view type) noexcept
{
    if (iequals(range, type))
        return 3;
    if (range == "*/*")
        return 1;
    const auto main_type = type.substr(0, type.find('/') + 1);
    return range.size() == main_type.size() + 1 && range.back() == '*'
            && iequals(range.substr(0, main_type.size()), main_type)
        ? 2
        : 0;
}

int range_quality(std::string_view parameters) noexcept
{
    while (!parameters.empty()) {
        const std::string_view parameter = trimmed(take_part(parameters, ';'));
        if (parameter.size() > 2 && iequals(parameter.substr(0, 2), "q="))
            return quality(parameter.substr(2));
    }
    return full_quality;
}

int quality_of(std::string_view type, std::string_view accept) noexcept
{
    int closest = 0;
    int found = 0;
    while (!accept.empty()) {
        std::string_view parameters = take_part(accept, ',');
        const int close = specificity(trimmed(take_part(parameters, ';')), type);
        if (close > closest) {
            closest = close;
            found = range_quality(parameters);
        }
    }
    return found;
}

}   // namespace

std::size_t negotiate(std::string_view accept, std::span<const std::string_view> offered) noexcept
{
    if (accept.empty() || accept == "*/*")
        return 0;
    std::size_t best = 0;
    int best_quality = 0;
    for (std::size_t i = 0; i < offered.size(); ++i) {
        const int liked = quality_of(offered[i], accept);
        if (liked > best_quality) {
            best = i;
            best_quality = liked;
        }
    }
    return best;
}

std::string_view media_type(std::string_view content_type) noexcept
{
    return trimmed(content_type.substr(0, content_type.find(';')));
}

}   // namespace rediserve::api
