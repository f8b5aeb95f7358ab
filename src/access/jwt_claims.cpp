#include "access/jwt_claims.hpp"

#include "access/jwt_json.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace rediserve::access {

namespace {

using nlohmann::json;
using clock = std::chrono::system_clock;
using seconds = std::chrono::duration<double>;

constexpr int most_levels = 3;                 // of names with dots
constexpr double last_second = 253402300799;   // of the year 9999; later ones are milliseconds, most likely

error refused(std::string why)
{
    return error(errc::unauthorized, std::move(why));
}

// A numeric date (RFC 7519, 2): empty when it is not there.
result<std::optional<seconds>> date_of(const json& claims, const char* name)
{
    const auto found = claims.find(name);
    if (found == claims.end())
        return std::optional<seconds>();
    const double value = found->is_number() ? found->get<double>() : std::nan("");
    if (!(value >= 0 && value <= last_second))
        return refused(std::string("the token's claim ") + name + " is no date in seconds");
    return std::optional<seconds>(value);
}

clock::time_point point_of(seconds date)
{
    if (date >= clock::time_point::max().time_since_epoch())
        return clock::time_point::max();
    return clock::time_point(std::chrono::duration_cast<clock::duration>(date));
}

// Answers until when the token is good.
result<clock::time_point> check_dates(const json& claims, std::chrono::seconds leeway, clock::time_point now)
{
    const auto expires = date_of(claims, "exp");
    const auto not_before = date_of(claims, "nbf");
    const auto issued = date_of(claims, "iat");
    for (const auto* date : {&expires, &not_before, &issued})
        if (!*date)
            return date->error();
    const seconds today = now.time_since_epoch();
    if (!*expires)
        return refused("the token does not say when it expires (exp)");
    if (today >= **expires + leeway)
        return refused("the token has expired");
    if (*not_before && today < **not_before - leeway)
        return refused("the token is not valid yet");
    if (*issued && today < **issued - leeway)
        return refused("the token was issued in the future");
    return point_of(**expires + leeway);
}

bool is_for(const json& claims, const std::string& audience)
{
    const auto found = claims.find("aud");
    if (found == claims.end())
        return false;
    return found->is_array() ? std::find(found->begin(), found->end(), json(audience)) != found->end()
                             : *found == json(audience);
}

// The text of a claim that has one.
std::optional<std::string> text_of(const json& claim)
{
    if (claim.is_string())
        return claim.get<std::string>();
    if (claim.is_number_integer() || claim.is_boolean())
        return claim.dump();
    return std::nullopt;
}

// Whether no two claims have one name: {"a.b": 1, "a": {"b": 2}} would.
bool flatten(const json& object, const std::string& prefix, int level, std::map<std::string, std::string>& to)
{
    for (const auto& [name, value] : object.items()) {
        if (value.is_object()) {
            if (level < most_levels && !flatten(value, prefix + name + ".", level + 1, to))
                return false;
        } else if (auto text = text_of(value); text && !to.emplace(prefix + name, std::move(*text)).second) {
            return false;
        }
    }
    return true;
}

}   // namespace

result<jwt_claims> read_claims(std::string_view payload, const jwt_params& settings, clock::time_point now)
{
    const auto claims = read_object(payload);
    if (!claims)
        return refused("the token's claims are no JSON object, or say a thing twice");
    const auto expires = check_dates(*claims, settings.leeway, now);
    if (!expires)
        return expires.error();
    if (!settings.issuer.empty() && text_member(*claims, "iss") != settings.issuer)
        return refused("the token is from another issuer");
    if (!settings.audience.empty() && !is_for(*claims, settings.audience))
        return refused("the token is for another audience");
    jwt_claims read{.values = {}, .expires = *expires};
    if (!flatten(*claims, "", 1, read.values))
        return refused("two of the token's claims have one name");
    return read;
}

}   // namespace rediserve::access
