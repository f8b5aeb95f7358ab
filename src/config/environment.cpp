#include "config/environment.hpp"

#include "config/document.hpp"
#include "config/servers.hpp"
#include "config/units.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace rediserve::config {

namespace {

constexpr std::string_view default_listen = "REDISERVE_DEFAULT_LISTEN";
constexpr std::uint16_t srh_port = 80;

bool is_endpoints(const option& of)
{
    return std::holds_alternative<kind::endpoints>(of.is);
}

std::vector<std::string> value_names(const option& of)
{
    auto names = environment_names(of);
    if (!is_endpoints(of))
        for (auto& name : relative_names(of))
            names.push_back(std::move(name));
    return names;
}

// Lists are separated by commas; no endpoint has one, but for a socket's path, which a file can name.
std::vector<std::string> split(const option& of, const std::string& text)
{
    if (!is_endpoints(of))
        return {text};
    std::vector<std::string> parts;
    std::size_t start = 0;
    for (auto comma = text.find(','); comma != std::string::npos; comma = text.find(',', start)) {
        parts.push_back(text.substr(start, comma - start));
        start = comma + 1;
    }
    parts.push_back(text.substr(start));
    return parts;
}

// The content of a secret's file without the newline that editors and `echo` leave at its end.
std::optional<std::string> read_secret(const std::string& name, const std::string& path, problems& found)
{
    auto text = read_file(path, "the file that " + name + " names,", found);
    if (!text)
        return std::nullopt;
    if (text->ends_with('\n'))
        text->pop_back();
    if (text->ends_with('\r'))
        text->pop_back();
    if (!text->empty())
        return text;
    found.push_back({bad_configuration, "environment " + name + ": " + path + " is empty"});
    return std::nullopt;
}

// What a variable, or its twin with _FILE, gives to `of`; false: neither is set.
bool read_name(const option& of, const std::string& name, const environment& from, assignments& to, problems& found)
{
    const auto direct = variable(from, name);
    const auto file = of.secret ? variable(from, name + "_FILE") : std::nullopt;
    if (!direct && !file)
        return false;
    if (direct && file)
        found.push_back({bad_configuration, "environment " + name + ": " + name + "_FILE is set too; set one of them"});
    else if (direct)
        note(of, {split(of, *direct), layer::in_environment, "environment " + name}, to, found);
    else if (auto secret = read_secret(name + "_FILE", *file, found))
        note(of, {{std::move(*secret)}, layer::in_environment, "environment " + name + "_FILE"}, to, found);
    to.try_emplace(&of);   // refused, but not missing
    return true;
}

// With a file of tokens serverless-redis-http does not look at the variables for a single one, and neither must we: a token
// that is left over in the environment was never valid.
environment without_single_token(const environment& from)
{
    return [&from](std::string_view name) -> std::optional<std::string> {
        for (const std::string_view unread :
             {"SRH_TOKEN", "SRH_TOKEN_FILE", "SRH_CONNECTION_STRING", "SRH_CONNECTION_STRING_FILE"})
            if (name == unread)
                return std::nullopt;
        return from(name);
    };
}

bool wants_token_file(const environment& from)
{
    return variable(from, "SRH_MODE") == "file";
}

// What serverless-redis-http does without any of its variables, when its file of tokens is there and nothing else says
// who may come in.
bool finds_token_file(const environment& from, const assignments& given)
{
    for (const auto* path : {"access.token", "access.read_only_token", "access.file"})
        if (given.contains(find_option(path)))
            return false;
    std::error_code ignored;
    return !variable(from, "SRH_MODE") && std::filesystem::exists(srh_token_file, ignored);
}

bool is_set_up_for_srh(const environment& from, const assignments& given)
{
    for (const auto* name : {"SRH_MODE", "SRH_TOKEN", "SRH_CONNECTION_STRING"})
        if (variable(from, name))
            return true;
    const auto tokens = given.find(find_option("access.srh_token_file"));
    return tokens != given.end() && tokens->second.texts == std::vector<std::string>{std::string(srh_token_file)};
}

// The first of the related programs' names for a port that is set.
std::optional<std::pair<std::string, std::string>> port_variable(const option& of, const environment& from)
{
    for (const auto& name : relative_names(of))
        if (auto text = variable(from, name))
            return std::pair(name, std::move(*text));
    return std::nullopt;
}

}   // namespace

std::optional<std::string> variable(const environment& from, const std::string& name)
{
    auto value = from(name);
    if (value && value->empty())
        return std::nullopt;
    return value;
}

assignments read_environment(const environment& all, const assignments& flags, problems& found)
{
    const environment from = wants_token_file(all) ? without_single_token(all) : all;
    assignments given;
    for (const auto& option : options()) {
        if (flags.contains(&option))
            continue;
        for (const std::string& name : value_names(option)) {
            if (read_name(option, name, from, given, found))
                break;   // the names behind it are those of relatives
        }
    }
    return given;
}

void apply_srh_mode(const environment& from, assignments& given, problems& found)
{
    const auto mode = variable(from, "SRH_MODE").value_or(finds_token_file(from, given) ? "file" : "env");
    if (mode == "env")
        return;
    const auto& tokens = *find_option("access.srh_token_file");
    if (mode != "file")
        found.push_back({bad_configuration, "environment SRH_MODE: must be env or file, not " + quote(mode)});
    else if (!given.contains(&tokens))
        note(tokens, {{std::string(srh_token_file)}, layer::in_environment, "environment SRH_MODE"}, given, found);
}

void apply_default_listen(const environment& from, assignments& given, problems& found)
{
    const auto& listen = *find_option("http.listen");
    const std::string name(default_listen);
    const auto text = variable(from, name);
    if (!text || given.contains(&listen))
        return;
    assignment made{split(listen, *text), layer::in_environment, "environment " + name};
    note(listen, made, given, found);
    if (given.at(&listen).texts.empty() || !is_set_up_for_srh(from, given))
        return;
    settings base;
    set_values(given, base);
    made.texts.clear();
    for (auto& one : base.http.listen) {
        one.port = srh_port;   // the same as before for who takes its place
        made.texts.push_back(endpoint_text(one));
    }
    note(listen, std::move(made), given, found);
}

void apply_port(const environment& from, assignments& given, problems& found)
{
    const auto& listen = *find_option("http.listen");
    const auto at = given.find(&listen);
    if (at != given.end() && at->second.layer == layer::on_command_line)
        return;
    const auto port = port_variable(listen, from);
    if (!port)
        return;
    const auto& [name, text] = *port;
    const auto asked = text.find(':') == std::string::npos ? parse_endpoint(text) : error(errc::bad_configuration, {});
    if (!asked) {
        found.push_back(
            {bad_configuration, "environment " + name + ": must be a port from 0 to 65535, not " + quote(text)}
        );
        return;
    }
    settings base;
    if (at != given.end())
        set_values({*at}, base);
    auto& endpoints = base.http.listen;
    const auto first =
        std::find_if(endpoints.begin(), endpoints.end(), [](const auto& one) { return one.path.empty(); });
    if (first == endpoints.end())
        return;   // a port is nothing to unix sockets
    first->port = asked->port;
    assignment changed{{}, layer::in_environment, "environment " + name};
    for (const auto& one : endpoints)
        changed.texts.push_back(endpoint_text(one));
    note(listen, std::move(changed), given, found);
}

}   // namespace rediserve::config
