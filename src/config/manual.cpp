// The parts of rediserve(8) that list options, in the words of man(7).
#include "config/option.hpp"
#include "config/values.hpp"
#include "rediserve/config/load.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace rediserve::config {

namespace {

constexpr std::string_view manual_start =
    ".\\\" options: generated from src/config/options.cpp by generate_config; do not edit\n";
constexpr std::string_view manual_end = ".\\\" /options\n";

// The code point that `text` begins with, which is then taken off it.
unsigned take_code_point(std::string_view& text)
{
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    unsigned point = size == 1 ? first : first & (0xFFU >> (size + 1));
    for (std::size_t at = 1; at < size && at < text.size(); ++at)
        point = point << 6 | (static_cast<unsigned char>(text[at]) & 0x3FU);
    text.remove_prefix(std::min(size, text.size()));
    return point;
}

std::string escape(unsigned point)
{
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), point, 16).ptr;
    std::string hex(digits.data(), end);
    for (char& c : hex)
        c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    return "\\[u" + std::string(hex.size() < 4 ? 4 - hex.size() : 0, '0') + hex + "]";
}

// Text that roff prints as it is. Every hyphen is one that can be typed: most are part of a flag or a name.
std::string plain(std::string_view text)
{
    std::string made;
    if (text.starts_with('.') || text.starts_with('\''))
        made += "\\&";
    while (!text.empty()) {
        const unsigned point = take_code_point(text);
        if (point == '\\')
            made += "\\e";
        else if (point == '-')
            made += "\\-";
        else if (point < 0x80)
            made += static_cast<char>(point);
        else
            made += escape(point);
    }
    return made;
}

std::string bold(std::string_view text)
{
    return "\\fB" + plain(text) + "\\fR";
}

std::string listed(const std::vector<std::string>& names)
{
    std::string made;
    for (const auto& name : names)
        made += (made.empty() ? "" : ", ") + bold(name);
    return made;
}

std::string default_of(const option& of)
{
    const auto value = value_of(of, settings{});
    if (value.is_array())
        return value.empty() ? "none" : value.front().get<std::string>();
    const auto text = value.is_string() ? value.get<std::string>() : value.dump();
    return text.empty() ? "none" : text;
}

std::string entry(const option& of)
{
    std::string made = ".TP\n";
    if (of.flag.empty())
        made += bold(of.path);
    else
        made += bold(of.flag) + (of.operand.empty() ? "" : " \\fI" + plain(of.operand) + "\\fR");
    made += "\n" + plain(of.help) + ".\n";
    if (!of.flag.empty())
        made += "In the file: " + bold(of.path) + ".\n";
    auto names = environment_names(of);
    for (auto& name : relative_names(of))
        names.push_back(std::move(name));
    made += "Environment: " + listed(names) + ".\nDefault: " + plain(default_of(of)) + ".\n";
    if (of.reloadable)
        made += "SIGHUP suffices for a change.\n";
    return made;
}

// Those options that have a flag, or those that have none, section by section.
std::string entries(bool with_flag)
{
    std::string made;
    for (auto in = section::listening; in <= section::process; in = static_cast<section>(static_cast<int>(in) + 1)) {
        std::string part;
        for (const option& one : options())
            if (one.in == in && one.flag.empty() != with_flag)
                part += entry(one);
        if (!part.empty())
            made += ".SS " + plain(title(in)) + "\n" + part;
    }
    return made;
}

}   // namespace

std::string manual_options()
{
    std::string made(manual_start);
    made += ".SH OPTIONS\n" + entries(true) + ".SS Configuration and information\n";
    for (const meta_flag& one : meta_flags()) {
        made += ".TP\n" + bold(one.name) + (one.operand.empty() ? "" : " \\fI" + plain(one.operand) + "\\fR");
        made += "\n" + plain(one.help) + ".\n";
    }
    made += ".SH OPTIONS WITHOUT A FLAG\nBy their names in the file; the dots stand for objects within objects.\n";
    return made + entries(false) + std::string(manual_end);
}

}   // namespace rediserve::config
