#include "api/upstash/packed_commands.hpp"

#include "api/accept.hpp"
#include "api/upstash/packed_scan.hpp"
#include "rediserve/base/bytes.hpp"

#include <charconv>
#include <string>

namespace rediserve::api::upstash {

namespace {

using kind = packed_item::kind;

class reader
{
public:
    reader(std::string_view body, notation in, form shape, std::size_t most_commands, command_list& to) noexcept
        : scan_(body, in), shape_(shape), most_commands_(most_commands), to_(to)
    {}

    std::optional<std::string_view> read();

private:
    // What refuses the request, or nothing.
    using verdict = std::optional<std::string_view>;

    verdict commands(std::uint64_t count);
    verdict command(std::uint64_t words);
    verdict argument(const packed_item& is);
    verdict pass_over(std::uint64_t items);
    template <class Number>
    void number(Number value);
    void integer(const packed_item& is);
    std::string_view syntax_error() const;

    packed_scan scan_;
    form shape_;
    std::size_t most_commands_;
    command_list& to_;
};

std::optional<std::string_view> reader::read()
{
    if (scan_.at_end())
        return "EOF";
    const packed_item outer = scan_.next();
    if (outer.is == kind::bad)
        return syntax_error();
    if (outer.is != kind::array)
        return "ERR expected an array";
    if (auto why = shape_ == form::single ? command(outer.items) : commands(outer.items))
        return why;
    if (!scan_.at_end())
        return syntax_error();
    if (shape_ == form::single && !to_.refused(0).empty())
        return to_.refused(0);
    return std::nullopt;
}

reader::verdict reader::commands(std::uint64_t count)
{
    if (count == 0)
        return "ERR empty pipeline request";
    for (; count > 0; --count) {
        const packed_item one = scan_.next();
        if (one.is == kind::bad)
            return syntax_error();
        if (one.is != kind::array)
            return "ERR failed to parse pipeline request: every command must be an array";
        if (auto why = command(one.items))
            return why;
    }
    return std::nullopt;
}

reader::verdict reader::command(std::uint64_t words)
{
    if (to_.size() == most_commands_)
        return to_.keep("ERR max pipeline size exceeded. Limit: " + std::to_string(most_commands_) + " commands");
    to_.begin_command();
    if (words == 0)
        to_.refuse(to_.size() - 1, shape_ == form::single ? "ERR empty command" : "ERR empty pipeline command");
    for (; words > 0; --words)
        if (auto why = argument(scan_.next()))
            return why;
    to_.end_command();
    return std::nullopt;
}

// A command with an argument that cannot be sent is lost, but those behind it are not.
reader::verdict reader::argument(const packed_item& is)
{
    switch (is.is) {
    case kind::bad: return syntax_error();
    case kind::bytes: to_.word(is.bytes); break;
    case kind::integer: integer(is); break;
    case kind::number: number(is.value); break;
    case kind::single: number(static_cast<float>(is.value)); break;
    case kind::boolean: to_.word(is.truth ? "true" : "false"); break;
    case kind::nil: to_.refuse(to_.size() - 1, "ERR null args are not supported"); break;
    case kind::array:
    case kind::unsupported:
        to_.refuse(to_.size() - 1, "ERR unsupported arg type: strings, bytes, numbers and booleans are known");
        return pass_over(is.items);
    }
    return std::nullopt;
}

// Of `items` and all that is inside of them.
reader::verdict reader::pass_over(std::uint64_t items)
{
    for (; items > 0; --items) {
        const packed_item one = scan_.next();
        if (one.is == kind::bad)
            return syntax_error();
        items += one.items;
    }
    return std::nullopt;
}

template <class Number>
void reader::number(Number value)
{
    constexpr std::size_t longest = 32;
    char* const room = to_.prepare(longest);
    to_.word(to_.keep_prepared(static_cast<std::size_t>(std::to_chars(room, room + longest, value).ptr - room)));
}

void reader::integer(const packed_item& is)
{
    if (!is.negative)
        return number(is.magnitude);
    to_.word(to_.keep("-" + std::to_string(is.magnitude)));
}

std::string_view reader::syntax_error() const
{
    return shape_ == form::single ? "ERR failed to parse command" : "ERR failed to parse pipeline request";
}

}   // namespace

std::optional<notation> packed_notation(std::string_view content_type) noexcept
{
    if (content_type.empty() || content_type == "application/json")   // as nearly always
        return std::nullopt;
    const std::string_view type = media_type(content_type);
    if (iequals(type, "application/cbor"))
        return notation::cbor;
    for (const std::string_view one : {"application/msgpack", "application/vnd.msgpack", "application/x-msgpack"})
        if (iequals(type, one))
            return notation::msgpack;
    return std::nullopt;
}

std::optional<std::string_view> read_packed_commands(
    std::string_view body, notation in, form shape, std::size_t most_commands, command_list& to
)
{
    return reader(body, in, shape, most_commands, to).read();
}

}   // namespace rediserve::api::upstash
