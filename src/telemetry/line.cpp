#include "telemetry/line.hpp"

#include "rediserve/base/bytes.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <string>

namespace rediserve::telemetry {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";   // U+FFFD

template <class... Functions>
struct overloaded : Functions...
{
    using Functions::operator()...;
};
template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

// Length of the well-formed character at the front of `text`, or 0.
std::size_t character_at_front(std::string_view text) noexcept
{
    for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length)
        if (is_utf8(text.substr(0, length)))
            return length;
    return 0;
}

std::string with_replacements(std::string_view text)
{
    std::string readable;
    while (!text.empty()) {
        const std::size_t length = character_at_front(text);
        readable += length ? text.substr(0, length) : replacement;
        text.remove_prefix(length ? length : 1);
    }
    return readable;
}

void append_double(buffer& to, double value)
{
    if (!std::isfinite(value))
        return to.append("null");
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    to.append({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

// Whether a value can stand in a text line without quotes.
bool is_plain(std::string_view text) noexcept
{
    for (const char c : text)
        if (c <= ' ' || c > '~' || c == '"' || c == '=' || c == '\\')
            return false;
    return !text.empty();
}

void append_text_value(buffer& to, std::string_view text)
{
    if (is_plain(text))
        to.append(text);
    else
        append_quoted(to, text);
}

template <class AppendText>
void append_value(buffer& to, const field& of, AppendText append_text)
{
    const auto visitor = overloaded{
        [&](std::string_view text) { append_text(to, text); },
        [&](std::int64_t number) { to.append_number(number); },
        [&](std::uint64_t number) { to.append(std::to_string(number)); },
        [&](double number) { append_double(to, number); },
        [&](bool yes) { to.append(yes ? "true" : "false"); },
    };
    std::visit(visitor, of.value);
}

void append_member(buffer& to, std::string_view key, std::string_view text)
{
    to.append(',');
    append_quoted(to, key);
    to.append(':');
    append_quoted(to, text);
}

}   // namespace

void append_timestamp(buffer& to, std::chrono::system_clock::time_point at)
{
    using namespace std::chrono;
    const auto whole = floor<seconds>(at);
    const std::time_t seconds_since_epoch = system_clock::to_time_t(whole);
    std::tm parts{};
    ::gmtime_r(&seconds_since_epoch, &parts);
    std::array<char, 32> text;
    std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &parts);
    const auto fraction = static_cast<int>(duration_cast<milliseconds>(at - whole).count());
    for (const int digit : {fraction / 100, fraction / 10 % 10, fraction % 10})
        text[size++] = static_cast<char>('0' + digit);
    text[size++] = 'Z';
    to.append({text.data(), size});
}

void append_quoted(buffer& to, std::string_view text)
{
    if (is_utf8(text))
        append_json_string(to, text);
    else
        append_json_string(to, with_replacements(text));
}

std::string_view name(level of) noexcept
{
    switch (of) {
    case level::debug: return "debug";
    case level::info: return "info";
    case level::warn: return "warn";
    case level::error: return "error";
    }
    return "info";
}

void append_json_line(buffer& to, const fact& of)
{
    to.append("{\"ts\":\"");
    append_timestamp(to, of.at);
    to.append('"');
    append_member(to, "level", name(of.level));
    append_member(to, "subject", of.subject);
    append_member(to, "event", of.event);
    for (const field& one : of.fields) {
        to.append(',');
        append_quoted(to, one.key);
        to.append(':');
        append_value(to, one, append_quoted);
    }
    to.append('}');
}

void append_text_line(buffer& to, const fact& of)
{
    append_timestamp(to, of.at);
    to.append(' ');
    to.append(name(of.level));
    to.append(name(of.level).size() < 5 ? "  " : " ");
    to.append(of.subject);
    to.append(' ');
    to.append(of.event);
    for (const field& one : of.fields) {
        to.append(' ');
        to.append(one.key);
        to.append('=');
        append_value(to, one, append_text_value);
    }
}

}   // namespace rediserve::telemetry
