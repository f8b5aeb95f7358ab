#include "config/flags.hpp"

#include "config/suggest.hpp"
#include "config/values.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace rediserve::config {

namespace {

// CLI11 splits and pairs; what the values mean is the table's business.
class command_line_reader
{
public:
    command_line_reader()
    {
        app_.set_help_flag();
        app_.allow_extras();   // reported by ourselves, with the nearest known name
        for (const auto& one : options())
            if (!one.flag.empty())
                add(one.flag, one.operand);
        for (const auto& one : meta_flags())
            add(one.name, one.operand);
    }

    void parse(const std::vector<std::string>& arguments)
    {
        app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));   // CLI11 takes them last first
    }

    std::vector<std::string> values(std::string_view flag) { return app_.get_option(std::string(flag))->results(); }

    bool has(std::string_view flag) { return app_.count(std::string(flag)) != 0; }

    std::vector<std::string> unknown() const { return app_.remaining(); }

private:
    void add(std::string_view name, std::string_view operand)
    {
        auto* added = operand.empty() ? app_.add_flag(std::string(name)) : app_.add_option(std::string(name));
        added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);   // what is given twice is reported by ourselves
        added->allow_extra_args(false);
    }

    CLI::App app_;
};

std::vector<std::string> known_flags()
{
    std::vector<std::string> all;
    for (const auto& one : options())
        if (!one.flag.empty())
            all.emplace_back(one.flag);
    for (const auto& one : meta_flags())
        all.emplace_back(one.name);
    return all;
}

// What follows an unknown flag is taken for its value and not reported as well.
void complain_of_unknown(const std::vector<std::string>& words, problems& found)
{
    bool after_flag = false;
    for (const auto& word : words) {
        if (!word.starts_with('-')) {
            if (!std::exchange(after_flag, false))
                found.push_back({bad_flags, "argument " + quote(word) + " is not expected; see --help"});
            continue;
        }
        after_flag = true;
        const auto name = word.substr(0, word.find('='));
        const auto meant = nearest(name, known_flags());
        found.push_back(
            {bad_flags,
             "flag " + name + " is unknown" + (meant.empty() ? "; see --help" : "; did you mean " + meant + "?")}
        );
    }
}

// The one thing left that CLI11 refuses is a flag without its value; it names the flag before a colon.
std::string parse_complaint(const CLI::ParseError& failure)
{
    std::string text = failure.what();
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&failure) == nullptr)
        return text;
    return "flag " + text.substr(0, text.find(':')) + " needs a value";
}

void take(const option& of, std::vector<std::string> values, assignments& to, problems& found)
{
    const std::string source = "flag " + std::string(of.flag);
    if (values.size() > 1 && !std::holds_alternative<kind::endpoints>(of.is))
        found.push_back({bad_flags, source + " is given twice"});
    else
        note(of, {std::move(values), layer::on_command_line, source}, to, found);
}

action wanted(command_line_reader& from)
{
    if (from.has("--help"))
        return action::help;
    if (from.has("--version"))
        return action::version;
    if (from.has("--print-config"))
        return action::print;
    return from.has("--check-config") ? action::check : action::run;
}

}   // namespace

flags read_flags(const std::vector<std::string>& arguments, problems& found)
{
    flags read;
    command_line_reader from;
    try {
        from.parse(arguments);
    } catch (const CLI::ParseError& failure) {
        found.push_back({bad_flags, parse_complaint(failure)});
        return read;
    }
    complain_of_unknown(from.unknown(), found);
    read.todo = wanted(from);
    if (const auto files = from.values("--config"); !files.empty())
        read.file = files.back();
    for (const auto& option : options())
        if (!option.flag.empty() && from.has(option.flag))
            take(option, from.values(option.flag), read.given, found);
    return read;
}

}   // namespace rediserve::config
