#include "telemetry/audit_line.hpp"

#include "rediserve/base/bytes.hpp"
#include "rediserve/base/digest.hpp"
#include "telemetry/line.hpp"

#include <algorithm>
#include <array>

namespace rediserve::telemetry {

namespace {

using time_point = std::chrono::system_clock::time_point;

constexpr std::string_view base64_mark = "base64:";

// The front of what is too long, not ending in the middle of a character.
std::string_view cut(std::string_view text) noexcept
{
    if (text.size() <= most_audit_text)
        return text;
    std::size_t length = most_audit_text;
    for (std::size_t back = 0; back < 3 && (text[length] & 0xC0) == 0x80; ++back)
        --length;
    return text.substr(0, length);
}

void append_hashed(buffer& to, std::string_view key, std::string_view salt)
{
    constexpr std::size_t bytes = 8;
    const sha256_digest digest = hmac_sha256(salt, key);
    std::array<char, 2 * bytes> digits;
    to_hex(digest.data(), bytes, digits.data());
    to.append('"');
    to.append({digits.data(), digits.size()});
    to.append('"');
}

// A key that looks as if it were encoded is encoded, so that each text stands for one key.
void append_clear(buffer& to, std::string_view key)
{
    const std::string_view shown = cut(key);
    if (is_utf8(shown) && !shown.starts_with(base64_mark))
        return append_json_string(to, shown);
    to.append('"');
    to.append(base64_mark);
    append_base64(to, shown);
    to.append('"');
}

void append_member(buffer& to, std::string_view name, std::string_view text)
{
    append_quoted(to, name);
    to.append(':');
    append_quoted(to, cut(text));
    to.append(',');
}

void append_count(buffer& to, std::string_view name, std::ptrdiff_t count)
{
    if (count == 0)
        return;
    append_quoted(to, name);
    to.append(':');
    to.append_number(count);
    to.append(',');
}

void append_keys(buffer& to, const audit_record& of, std::string_view salt)
{
    const auto shown = of.keys.first(std::min(of.keys.size(), most_audit_keys));
    to.append("\"keys\":[");
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if (i > 0)
            to.append(',');
        if (salt.empty())
            append_clear(to, shown[i]);
        else
            append_hashed(to, shown[i], salt);
    }
    to.append("],");
    append_count(to, "keys_more", static_cast<std::ptrdiff_t>(of.keys.size() - shown.size()));
    const auto is_cut = [](std::string_view key) { return key.size() > most_audit_text; };
    append_count(to, "keys_cut", salt.empty() ? std::ranges::count_if(shown, is_cut) : 0);
    if (!of.keys_known)
        to.append("\"keys_unknown\":true,");
}

// What every line says first. `of` is a record of either kind.
void append_front(buffer& to, time_point at, const auto& of)
{
    to.append("{\"time\":\"");
    append_timestamp(to, at);
    to.append("\",\"event\":\"audit\",");
    append_member(to, "request", of.request);
    append_member(to, "principal", of.principal);
    append_member(to, "address", of.address);
}

}   // namespace

void append_audit_line(buffer& to, time_point at, const audit_record& of, std::string_view salt)
{
    append_front(to, at, of);
    append_member(to, "command", of.command);
    append_keys(to, of, salt);
    append_member(to, "verdict", of.allowed ? "allowed" : "refused");
    to.append("\"rule\":");
    append_quoted(to, cut(of.rule));
    to.append('}');
}

void append_audit_line(buffer& to, time_point at, const audit_refusal& of)
{
    append_front(to, at, of);
    if (!of.method.empty())
        append_member(to, "method", of.method);
    if (!of.mount.empty())
        append_member(to, "mount", of.mount);
    append_member(to, "verdict", "refused");
    append_member(to, "code", row_of(of.why.code).word);
    to.append("\"why\":");
    append_quoted(to, cut(of.why.detail));
    to.append('}');
}

}   // namespace rediserve::telemetry
