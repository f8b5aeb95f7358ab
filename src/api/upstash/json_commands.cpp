#include "api/upstash/json_commands.hpp"

#include "api/upstash/json_scan.hpp"
#include "rediserve/base/bytes.hpp"

#include <string>

namespace rediserve::api::upstash {

namespace {

class reader
{
public:
    reader(std::string_view body, form shape, std::size_t most_commands, command_list& to) noexcept
        : scan_(body), shape_(shape), most_commands_(most_commands), to_(to)
    {}

    std::optional<std::string_view> read();

private:
    bool document();
    bool commands();
    bool command();
    bool argument();

    bool text();
    bool number();
    bool literal(std::string_view expected);
    bool unsupported(std::string_view why);
    bool object();
    std::optional<std::string_view> marked_base64();
    void decoded(std::string_view base64);

    bool refuse_request(std::string_view why);
    void refuse_command(std::string_view why) { to_.refuse(to_.size() - 1, why); }
    std::string_view said_by(const raw_string& text);
    std::string_view syntax_error();

    json_scan scan_;
    form shape_;
    std::size_t most_commands_;
    command_list& to_;
    std::optional<std::string_view> refusal_;
};

std::optional<std::string_view> reader::read()
{
    scan_.skip_blanks();
    if (scan_.at_end())
        return "EOF";
    if (!document())
        return refusal_ ? *refusal_ : syntax_error();
    scan_.skip_blanks();
    if (!scan_.at_end())
        return scan_.fail(), syntax_error();
    if (shape_ == form::single && !to_.refused(0).empty())
        return to_.refused(0);
    return std::nullopt;
}

bool reader::document()
{
    if (scan_.peek() != '[')
        return scan_.skip_value() && refuse_request("expected JSON array");
    return shape_ == form::single ? command() : commands();
}

bool reader::commands()
{
    scan_.take('[');
    const bool read = scan_.elements([this] {
        if (scan_.peek() != '[')
            return scan_.skip_value()
                && refuse_request("ERR failed to parse pipeline request: every command must be a JSON array");
        return command();
    });
    if (read && to_.empty())
        return refuse_request("ERR empty pipeline request");
    return read;
}

bool reader::command()
{
    if (to_.size() == most_commands_)
        return refuse_request(
            to_.keep("ERR max pipeline size exceeded. Limit: " + std::to_string(most_commands_) + " commands")
        );
    scan_.take('[');
    to_.begin_command();
    bool empty = true;
    const bool read = scan_.elements([&] {
        empty = false;
        return argument();
    });
    to_.end_command();
    if (read && empty)
        refuse_command(shape_ == form::single ? "ERR empty command" : "ERR empty pipeline command");
    return read;
}

bool reader::argument()
{
    switch (scan_.peek()) {
    case '"': return text();
    case 't': return literal("true");
    case 'f': return literal("false");
    case 'n': return unsupported("ERR null args are not supported");
    case '[': return unsupported("ERR unsupported arg type: \"[\": json.Delim");
    case '{': return object();
    default: return number();
    }
}

bool reader::text()
{
    raw_string found;
    if (!scan_.string(found))
        return false;
    to_.word(said_by(found));
    return true;
}

bool reader::number()
{
    std::string_view digits;
    if (!scan_.number(digits))
        return false;
    to_.word(digits);
    return true;
}

bool reader::literal(std::string_view expected)
{
    if (!scan_.word(expected))
        return false;
    to_.word(expected);
    return true;
}

// The command is lost, but those behind it are not: its text is still walked over.
bool reader::unsupported(std::string_view why)
{
    if (!scan_.skip_value())
        return false;
    refuse_command(why);
    return true;
}

bool reader::object()
{
    const json_scan here = scan_;
    if (const auto base64 = marked_base64()) {
        decoded(*base64);
        return true;
    }
    scan_ = here;
    return unsupported("ERR unsupported arg type: \"{\": json.Delim");
}

// The text in `{"$b64":"…"}`; nothing for any other object, or for what is no object at all.
std::optional<std::string_view> reader::marked_base64()
{
    raw_string name;
    raw_string value;
    scan_.take('{');
    scan_.skip_blanks();
    if (!scan_.string(name) || said_by(name) != "$b64")
        return std::nullopt;
    scan_.skip_blanks();
    if (!scan_.take(':'))
        return std::nullopt;
    scan_.skip_blanks();
    if (!scan_.string(value))
        return std::nullopt;
    scan_.skip_blanks();
    if (!scan_.take('}'))
        return std::nullopt;
    return said_by(value);
}

void reader::decoded(std::string_view base64)
{
    constexpr std::size_t digits_in_group = 4;
    std::string padded;
    if (base64.size() % digits_in_group != 0 && !base64.ends_with('=')) {
        padded.assign(base64).append(digits_in_group - base64.size() % digits_in_group, '=');
        base64 = padded;
    }
    const auto bytes = base64_decode(base64);
    if (!bytes)
        return refuse_command("ERR invalid base64 in $b64");
    to_.word(to_.keep(*bytes));
}

bool reader::refuse_request(std::string_view why)
{
    refusal_ = why;
    return false;
}

std::string_view reader::said_by(const raw_string& text)
{
    if (!text.escaped)
        return text.bytes;
    char* const room = to_.prepare(text.bytes.size());
    return to_.keep_prepared(static_cast<std::size_t>(unescape(text.bytes, room) - room));
}

std::string_view reader::syntax_error()
{
    const bool single = shape_ == form::single;
    switch (scan_.fault()) {
    case json_fault::not_utf8:
        return single ? "ERR failed to parse command: the body is not UTF-8"
                      : "ERR failed to parse pipeline request: the body is not UTF-8";
    case json_fault::too_deep:
        return single ? "ERR failed to parse command: the body is nested too deep"
                      : "ERR failed to parse pipeline request: the body is nested too deep";
    default: return single ? "ERR failed to parse command" : "ERR failed to parse pipeline request";
    }
}

}   // namespace

std::optional<std::string_view> read_json_commands(
    std::string_view body, form shape, std::size_t most_commands, command_list& to
)
{
    return reader(body, shape, most_commands, to).read();
}

}   // namespace rediserve::api::upstash
