// Events: whatever is published, it stays in its line, and clients find it there again.
#include "api/upstash/json_scan.hpp"
#include "api/upstash/sse.hpp"
#include "rediserve/base/bytes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

using namespace rediserve;
using namespace rediserve::api::upstash;
using nlohmann::json;
using redis::subscription_kind;

namespace {

constexpr std::string_view line_ends = "\r\n";

void check(bool holds)
{
    if (!holds)
        __builtin_trap();
}

// What stands behind `data: `.
std::string_view data_of(std::string_view event)
{
    check(event.starts_with("data: ") && event.ends_with("\n\n") && is_utf8(event));
    event.remove_prefix(6);
    event.remove_suffix(2);
    check(event.find_first_of(line_ends) == std::string_view::npos);
    return event;
}

bool is_simple(std::string_view name)
{
    return name.find_first_of("\r\n,") == std::string_view::npos && is_utf8(name);
}

// The part up to the next comma, as clients cut it.
std::string_view cut(std::string_view& data)
{
    const auto comma = data.find(',');
    check(comma != std::string_view::npos);
    const std::string_view part = data.substr(0, comma);
    data.remove_prefix(comma + 1);
    return part;
}

std::optional<json> parsed(std::string_view text)
{
    json document = json::parse(text, nullptr, false);
    return document.is_discarded() ? std::nullopt : std::optional(std::move(document));
}

// nlohmann knows neither a NUL, nor numbers beyond double, nor halves of surrogate pairs: then there is nothing to compare.
void check_payload(std::string_view seen, std::string_view sent)
{
    if (!is_utf8(sent))
        return;
    if (sent.find_first_of(line_ends) == std::string_view::npos)
        return check(seen == sent);
    const auto understood = parsed(seen);
    if (!is_json(sent))
        return check(understood && *understood == std::string(sent));
    check(understood == parsed(sent));
}

void check_message(subscription_kind kind, std::string_view name, std::string_view payload)
{
    buffer event;
    append_message(event, kind, name, name, payload);
    std::string_view data = data_of(event.view());
    if (kind == subscription_kind::monitor || !is_simple(name))
        return;
    check(cut(data).ends_with("message"));
    if (kind == subscription_kind::pattern)
        check(cut(data) == name);
    check(cut(data) == name);
    check_payload(data, payload);
}

void check_subscribed(subscription_kind kind, std::string_view name)
{
    buffer event;
    append_subscribed(event, kind, name, 1);
    std::string_view data = data_of(event.view());
    if (kind == subscription_kind::monitor)
        return check(data == "\"OK\"");
    check(cut(data).ends_with("subscribe"));
    check(data.ends_with(",1"));
    check(!is_simple(name) || cut(data) == name);
}

}   // namespace

// A byte for the kind, one for the length of the name, the name, the payload.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    if (size < 2)
        return 0;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto kind = static_cast<subscription_kind>(data[0] % 4);
    const std::size_t name = std::min<std::size_t>(data[1] % 32, size - 2);
    check_subscribed(kind, input.substr(2, name));
    check_message(kind, input.substr(2, name), input.substr(2 + name));
    return 0;
}
