// The files that are made from the table of options are the checked-in ones.
#include "config/option.hpp"
#include "config/values.hpp"
#include "config_test.hpp"

#include <nlohmann/json.hpp>

#include <iterator>

namespace rediserve::config {
namespace {

using nlohmann::json;

constexpr auto remedy = "run: generate_config " REDISERVE_SOURCE_DIR;

std::string checked_in(const std::string& path)
{
    std::ifstream from(REDISERVE_SOURCE_DIR "/" + path, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), {}};
}

TEST(Generated, ExampleIsUpToDate)
{
    EXPECT_EQ(checked_in("config/rediserve.json"), example_file()) << remedy;
}

TEST(Generated, SchemaIsUpToDate)
{
    EXPECT_EQ(checked_in("config/rediserve.schema.json"), schema_json()) << remedy;
}

TEST(Generated, ReferenceIsUpToDate)
{
    EXPECT_NE(checked_in("docs/configuration.md").find(reference_markdown()), std::string::npos) << remedy;
}

TEST(Generated, ManualIsUpToDate)
{
    EXPECT_NE(checked_in("packaging/rediserve.8").find(manual_options()), std::string::npos) << remedy;
}

TEST(Generated, CompletionsAreUpToDate)
{
    EXPECT_EQ(checked_in("packaging/completions/rediserve.bash"), bash_completion()) << remedy;
    EXPECT_EQ(checked_in("packaging/completions/_rediserve"), zsh_completion()) << remedy;
    EXPECT_EQ(checked_in("packaging/completions/rediserve.fish"), fish_completion()) << remedy;
}

TEST(Generated, ExampleHoldsTheDefaults)
{
    const auto read = parse_document(example_file(), "rediserve.json");
    ASSERT_TRUE(read) << read.error().text;
    for (const auto& one : options())
        EXPECT_EQ(value_of(one, *read), value_of(one, {})) << one.path;
}

TEST(Generated, ExampleIsAcceptedAsItIs)
{
    temporary_file file(example_file());
    EXPECT_TRUE(load_with({"--config", file.path()}));
    EXPECT_TRUE(load_with({"--config", file.path(), "--embedded"}));
}

TEST(Generated, SchemaDescribesEveryOption)
{
    const auto schema = json::parse(schema_json());
    for (const auto& one : options()) {
        std::string pointer;
        std::string path(one.path);
        for (std::size_t dot; (dot = path.find('.')) != std::string::npos; path.erase(0, dot + 1))
            pointer += "/properties/" + path.substr(0, dot);
        const auto at = json::json_pointer(pointer + "/properties/" + path);
        ASSERT_TRUE(schema.contains(at)) << one.path;
        EXPECT_EQ(schema.at(at).at("description"), one.help);
        EXPECT_TRUE(schema.at(at).contains("default")) << one.path;
        EXPECT_EQ(schema.at(json::json_pointer(pointer)).at("additionalProperties"), false) << one.path;
    }
}

}   // namespace
}   // namespace rediserve::config
