// The files that are made from the table: config/rediserve.json, its schema, and the tables of docs/configuration.md.
#include "config/option.hpp"
#include "config/values.hpp"
#include "rediserve/config/load.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace rediserve::config {

namespace {

using nlohmann::ordered_json;

constexpr std::string_view table_start =
    "<!-- options: generated from src/config/options.cpp by generate_config; do not edit -->\n";
constexpr std::string_view table_end = "<!-- /options -->\n";

// The part of `path` up to the dot after `from`, or all of it.
std::string_view group_of(std::string_view path, std::size_t from)
{
    return path.substr(0, path.find('.', from));
}

// Writes the members of one group of options, which stand together in the table, as a JSON object with comments.
class example_writer
{
public:
    explicit example_writer(std::string& to) : to_(to) {}

    // `offset` is where the members' names begin in their paths.
    void members(std::span<const option> rows, std::size_t offset, std::size_t depth)
    {
        while (!rows.empty()) {
            const auto name = group_of(rows.front().path, offset);
            const auto same = [&](const option& one) { return group_of(one.path, offset) == name; };
            const auto end = std::find_if_not(rows.begin(), rows.end(), same);
            const auto part = rows.first(static_cast<std::size_t>(end - rows.begin()));
            rows = rows.subspan(part.size());
            member(part, name, offset, depth);
            to_ += rows.empty() ? "\n" : ",\n";
        }
    }

private:
    void member(std::span<const option> part, std::string_view name, std::size_t offset, std::size_t depth)
    {
        const std::string indent(depth * 2, ' ');
        const auto key = "\"" + std::string(name.substr(offset)) + "\": ";
        if (part.front().path == name) {
            to_ += indent + "// " + std::string(part.front().help) + "\n";
            to_ += indent + key + value_of(part.front(), settings{}).dump();
            return;
        }
        to_ += indent + key + "{\n";
        members(part, name.size() + 1, depth + 1);
        to_ += indent + "}";
    }

    std::string& to_;
};

// The object of `schema` that describes the member at `path`, made on the way.
ordered_json& place_of(std::string_view path, ordered_json& schema)
{
    auto* at = &schema;
    std::size_t start = 0;
    for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', start)) {
        at = &(*at)["properties"][std::string(path.substr(start, dot - start))];
        (*at)["type"] = "object";
        (*at)["additionalProperties"] = false;
        start = dot + 1;
    }
    return (*at)["properties"][std::string(path.substr(start))];
}

std::string code(std::string_view text)
{
    return "`" + std::string(text) + "`";
}

std::string listed(std::string made, const std::vector<std::string>& names)
{
    for (const auto& name : names)
        made += (made.empty() ? "" : ", ") + code(name);
    return made;
}

// What the option may be, where that is more than its kind.
std::string bounds(const option& of)
{
    const bool plain = std::holds_alternative<kind::text>(of.is) || std::holds_alternative<kind::boolean>(of.is)
        || std::holds_alternative<kind::endpoints>(of.is);
    return plain ? std::string() : "; " + requirement(of).substr(std::string_view("must be ").size());
}

std::string markdown_row(const option& of)
{
    auto names = listed(of.flag.empty() ? std::string() : code(of.flag), environment_names(of));
    names = listed(std::move(names), relative_names(of));
    return "| " + code(of.path) + (of.reloadable ? " ↻" : "") + " | " + code(value_of(of, settings{}).dump()) + " | "
        + std::string(of.help) + bounds(of) + " | " + names + " |\n";
}

}   // namespace

std::string example_file()
{
    std::string made =
        "// Every option of RediServe with its default. Generated; docs/configuration.md explains more.\n{\n"
        "  \"$schema\": \"./rediserve.schema.json\",\n";
    example_writer(made).members(options(), 0, 1);
    return made + "}\n";
}

std::string schema_json()
{
    ordered_json schema{
        {"$schema", "http://json-schema.org/draft-07/schema#"},
        {"title", "Configuration of RediServe"},
        {"description", "Generated from src/config/options.cpp by generate_config."},
        {"type", "object"},
        {"additionalProperties", false},
        {"properties", {{"$schema", {{"type", "string"}}}}},
    };
    for (const auto& one : options())
        place_of(one.path, schema) = schema_of(one);
    return schema.dump(2) + "\n";
}

std::string reference_markdown()
{
    std::string made(table_start);
    for (auto in = section::listening; in <= section::process; in = static_cast<section>(static_cast<int>(in) + 1)) {
        made += "\n### " + std::string(title(in))
            + "\n\n| option | default | what it does | flag, environment |\n| --- | --- | --- | --- |\n";
        for (const auto& one : options())
            if (one.in == in)
                made += markdown_row(one);
    }
    return made + "\n" + std::string(table_end);
}

}   // namespace rediserve::config
