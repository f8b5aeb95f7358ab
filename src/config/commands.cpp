#include "rediserve/config/commands.hpp"

#include "config/assignments.hpp"
#include "config/option.hpp"
#include "config/suggest.hpp"
#include "config/timestamp.hpp"
#include "config/units.hpp"
#include "config/values.hpp"
#include "rediserve/base/digest.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <utility>

namespace rediserve::config {

namespace {

using outcome = boost::system::result<any_command, refusal>;

constexpr const char* token_usage = R"(rediserve token new: makes a token.

Usage:
  rediserve token new [--principal NAME] [--name TEXT] [--expires TIME]

  --principal NAME   whose token it is, as the access file names it
  --name TEXT        a remark for people: on which machine it is, say
  --expires TIME     until when it is good: 2027-01-01T00:00:00Z

Prints the token on the first line and the entry for the list "tokens" of the access file on the second. The entry
holds only the SHA-256 of the token: what is not written down from the first line is gone.
)";

constexpr const char* check_usage = R"(rediserve check: says whether somebody may run a command, and which rule decides.

Usage:
  rediserve check [--config FILE] [--access FILE] [--redis URL] (--token TOKEN | --principal NAME | --jwt TOKEN)
                  COMMAND [ARGUMENT …]

Example:
  rediserve check --access access.json --principal web GET user:42

Reads the configuration as a start would, with the same flags, variables and files, and asks the server of the principal
what commands it has. Exit code 0: it may; 1: it may not.
)";

constexpr const char* healthcheck_usage = R"(rediserve healthcheck: says whether the daemon on this machine answers.

Usage:
  rediserve healthcheck [--ready] [--timeout TIME] [the daemon's own flags]

  --ready            whether it can use Redis, too: asks /readyz in the place of /livez
  --timeout TIME     how long to wait for the answer: 2s if not given

Finds it by the daemon's flags, variables and file: give it the same ones. Asks the first listener that it can, on
loopback where that is every address. Exit code 0: it answers well; 1: it does not, with the reason on standard error.
)";

constexpr int unhealthy = 1;   // Docker keeps all other exit codes of a health check to itself

refusal misuse(std::string text)
{
    return {bad_flags, std::move(text)};
}

// Flags of a command, each at most once, with what follows them; reported in our words.
class command_flags
{
public:
    command_flags() { app_.set_help_flag(); }

    void add(std::string_view name, bool with_value)
    {
        const std::string as(name);
        auto* const added = with_value ? app_.add_option(as) : app_.add_flag(as);
        added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        added->allow_extra_args(false);
        names_.push_back(as);
    }

    // What stands behind the flags begins with the first word that is none.
    void end_at_first_word() { app_.prefix_command(); }

    std::optional<refusal> parse(const std::vector<std::string>& arguments)
    {
        app_.allow_extras();
        try {
            app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));   // last first
        } catch (const CLI::ParseError& failure) {
            const std::string text = failure.what();
            return misuse("flag " + text.substr(0, text.find(':')) + " needs a value");
        }
        for (const std::string& name : names_)
            if (app_.count(name) > 1 && name != "--listen")
                return misuse("flag " + name + " is given twice");
        return std::nullopt;
    }

    bool has(const std::string& name) const { return app_.count(name) != 0; }
    std::vector<std::string> values(const std::string& name) const { return app_.get_option(name)->results(); }
    std::string value(const std::string& name) const { return has(name) ? values(name).front() : std::string(); }
    std::vector<std::string> rest() const { return app_.remaining(); }

    refusal unknown(const std::string& word) const
    {
        if (!word.starts_with('-'))
            return misuse("argument " + quote(word) + " is not expected; see --help");
        const auto name = word.substr(0, word.find('='));
        const auto meant = nearest(name, names_);
        return misuse(
            "flag " + name + " is unknown" + (meant.empty() ? "; see --help" : "; did you mean " + meant + "?")
        );
    }

private:
    CLI::App app_;
    std::vector<std::string> names_;
};

outcome read_token_command(const std::vector<std::string>& arguments)
{
    command_flags from;
    for (const auto* name : {"--principal", "--name", "--expires"})
        from.add(name, true);
    from.add("--help", false);
    if (auto wrong = from.parse(arguments))
        return std::move(*wrong);
    auto rest = from.rest();
    if (from.has("--help"))
        return any_command(help_command{token_usage});
    if (rest.empty() || rest.front() != "new")
        return misuse("rediserve token has one command, new; see rediserve token --help");
    if (rest.size() > 1)
        return from.unknown(rest[1]);
    token_command made{from.value("--principal"), from.value("--name"), from.value("--expires")};
    if (!made.expires.empty() && !parse_timestamp(made.expires))
        return misuse("flag --expires: must be a time such as 2027-01-01T00:00:00Z, not " + quote(made.expires));
    return any_command(std::move(made));
}

using flag_list = std::vector<std::pair<std::string, bool>>;   // with whether a value follows

// The server's flags, but for the one that says what its own token is.
flag_list server_flags()
{
    flag_list all{{"--config", true}};
    for (const option& one : options())
        if (!one.flag.empty() && one.flag != "--token")
            all.emplace_back(one.flag, !one.operand.empty());
    return all;
}

// Those of `flags` that are there, as they were typed.
std::vector<std::string> given(const flag_list& flags, const command_flags& from)
{
    std::vector<std::string> made;
    for (const auto& [name, with_value] : flags) {
        if (!with_value && from.has(name))
            made.push_back(name);
        for (const std::string& value : with_value ? from.values(name) : std::vector<std::string>())
            made.insert(made.end(), {name, value});
    }
    return made;
}

outcome read_check_command(const std::vector<std::string>& arguments)
{
    command_flags from;
    const auto passed_on = server_flags();
    for (const auto& [name, with_value] : passed_on)
        from.add(name, with_value);
    for (const auto* name : {"--token", "--principal", "--jwt"})
        from.add(name, true);
    from.add("--help", false);
    from.end_at_first_word();
    if (auto wrong = from.parse(arguments))
        return std::move(*wrong);
    if (from.has("--help"))
        return any_command(help_command{check_usage});
    check_command made;
    made.words = from.rest();
    if (!made.words.empty() && made.words.front().starts_with('-'))
        return from.unknown(made.words.front());
    if (int{from.has("--token")} + int{from.has("--principal")} + int{from.has("--jwt")} != 1)
        return misuse("who is it? name one of --token, --principal and --jwt; see rediserve check --help");
    made.token = from.has("--jwt") ? from.value("--jwt") : from.value("--token");
    made.principal = from.value("--principal");
    if (made.words.empty())
        return misuse("which command? see rediserve check --help");
    made.arguments = given(passed_on, from);
    return any_command(std::move(made));
}

outcome read_healthcheck_command(const std::vector<std::string>& arguments)
{
    command_flags from;
    flag_list passed_on = server_flags();
    passed_on.emplace_back("--token", true);
    for (const auto& [name, with_value] : passed_on)
        from.add(name, with_value);
    from.add("--ready", false);
    from.add("--timeout", true);
    from.add("--help", false);
    if (auto wrong = from.parse(arguments))
        return std::move(*wrong);
    if (from.has("--help"))
        return any_command(help_command{healthcheck_usage});
    if (const auto rest = from.rest(); !rest.empty())
        return from.unknown(rest.front());
    healthcheck_command made;
    made.ready = from.has("--ready");
    if (from.has("--timeout")) {
        const std::string text = from.value("--timeout");
        const auto timeout = parse_duration(text);
        if (!timeout || timeout->count() == 0)
            return misuse("flag --timeout: must be a time such as 500ms or 2s, not " + quote(text));
        made.timeout = *timeout;
    }
    made.arguments = given(passed_on, from);
    return any_command(std::move(made));
}

}   // namespace

std::optional<outcome> read_command(const std::vector<std::string>& arguments)
{
    if (arguments.empty())
        return std::nullopt;
    const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    if (arguments.front() == "token")
        return read_token_command(rest);
    if (arguments.front() == "check")
        return read_check_command(rest);
    if (arguments.front() == "healthcheck") {
        auto made = read_healthcheck_command(rest);
        if (!made)
            return outcome(refusal{unhealthy, made.error().text});
        return made;
    }
    return std::nullopt;
}

std::string token_entry(const token_command& of, const std::string& token)
{
    const auto digest = sha256(token);
    std::string digits(2 * digest.size(), '\0');
    to_hex(digest.data(), digest.size(), digits.data());
    nlohmann::ordered_json entry{{"sha256", digits}, {"principal", of.principal.empty() ? "NAME" : of.principal}};
    if (!of.name.empty())
        entry["name"] = of.name;
    if (!of.expires.empty())
        entry["expires"] = of.expires;
    return entry.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}   // namespace rediserve::config
