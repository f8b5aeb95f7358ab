// `rediserve token new`, `rediserve check` and `rediserve healthcheck`, as they are typed.
#include "config_test.hpp"

#include "rediserve/config/commands.hpp"

#include <nlohmann/json.hpp>

namespace rediserve::config {
namespace {

using words = std::vector<std::string>;

template <class Command>
Command command_of(const words& arguments)
{
    const auto read = read_command(arguments);
    if (read && *read && std::holds_alternative<Command>(**read))
        return std::get<Command>(**read);
    ADD_FAILURE() << (read && !*read ? read->error().text : "another command");
    return {};
}

std::string complaint_about(const words& arguments)
{
    const auto read = read_command(arguments);
    if (!read || *read) {
        ADD_FAILURE() << "nothing was refused";
        return {};
    }
    EXPECT_EQ(read->error().exit_code, arguments.front() == "healthcheck" ? 1 : 2);
    return read->error().text;
}

TEST(Commands, AreNoFlagsOfTheServer)
{
    EXPECT_FALSE(read_command({}));
    EXPECT_FALSE(read_command({"--token", "check"}));
    EXPECT_FALSE(read_command({"--check-config"}));
}

TEST(TokenCommand, TakesWhoseAndUntilWhen)
{
    const auto made = command_of<token_command>(
        {"token", "new", "--principal", "web", "--name", "ci laptop", "--expires", "2027-01-01T00:00:00Z"}
    );
    EXPECT_EQ(made.principal, "web");
    EXPECT_EQ(made.name, "ci laptop");
    EXPECT_EQ(made.expires, "2027-01-01T00:00:00Z");
    EXPECT_EQ(command_of<token_command>({"token", "new"}).principal, "");
}

TEST(TokenCommand, MakesAnEntryThatTheFileTakes)
{
    const auto entry = nlohmann::json::parse(token_entry({"web", "a \"laptop\"", "2027-01-01T00:00:00Z"}, "abc"));
    EXPECT_EQ(
        entry.at("sha256"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );   // FIPS 180-2, B.1
    EXPECT_EQ(entry.at("principal"), "web");
    EXPECT_EQ(entry.at("name"), "a \"laptop\"");
    EXPECT_EQ(entry.at("expires"), "2027-01-01T00:00:00Z");
    EXPECT_EQ(nlohmann::json::parse(token_entry({}, "abc")).size(), 2u);
}

TEST(TokenCommand, IsRefusedWithWhatIsWrong)
{
    EXPECT_THAT(complaint_about({"token"}), HasSubstr("one command, new"));
    EXPECT_THAT(complaint_about({"token", "old"}), HasSubstr("one command, new"));
    EXPECT_THAT(complaint_about({"token", "new", "--principle", "x"}), HasSubstr("did you mean --principal?"));
    EXPECT_THAT(complaint_about({"token", "new", "--expires", "soon"}), HasSubstr("--expires: must be a time"));
    EXPECT_THAT(complaint_about({"token", "new", "--name"}), HasSubstr("--name needs a value"));
    EXPECT_THAT(complaint_about({"token", "new", "--name", "a", "--name", "b"}), HasSubstr("--name is given twice"));
    EXPECT_THAT(complaint_about({"token", "new", "web"}), HasSubstr("\"web\" is not expected"));
}

TEST(CheckCommand, SeparatesItsFlagsFromTheCommand)
{
    const auto made = command_of<check_command>(
        {"check", "--access", "a.json", "--principal", "web", "--redis", "redis://x", "SET", "k", "--token", "-1"}
    );
    EXPECT_EQ(made.principal, "web");
    EXPECT_EQ(made.words, (words{"SET", "k", "--token", "-1"}));
    EXPECT_EQ(made.arguments.size(), 4u);
    EXPECT_THAT(made.arguments, testing::IsSupersetOf({"--access", "a.json", "--redis", "redis://x"}));
}

TEST(CheckCommand, TakesATokenToCheckAndNotTheServersOwn)
{
    const auto by_token = command_of<check_command>({"check", "--token", "word", "GET", "k"});
    EXPECT_EQ(by_token.token, "word");
    EXPECT_TRUE(by_token.arguments.empty());
    EXPECT_EQ(command_of<check_command>({"check", "--jwt", "a.b.c", "PING"}).token, "a.b.c");
}

TEST(CheckCommand, IsRefusedWithWhatIsWrong)
{
    EXPECT_THAT(complaint_about({"check", "GET", "k"}), HasSubstr("who is it?"));
    EXPECT_THAT(complaint_about({"check", "--token", "a", "--principal", "b", "GET"}), HasSubstr("who is it?"));
    EXPECT_THAT(complaint_about({"check", "--token", "a"}), HasSubstr("which command?"));
    EXPECT_THAT(complaint_about({"check", "--tokn", "a", "GET"}), HasSubstr("did you mean --token?"));
}

TEST(Commands, ExplainThemselves)
{
    EXPECT_THAT(command_of<help_command>({"token", "--help"}).text, HasSubstr("rediserve token new"));
    EXPECT_THAT(command_of<help_command>({"check", "--help"}).text, HasSubstr("rediserve check"));
}

TEST(HealthcheckCommand, TakesTheServersFlags)
{
    const auto made = command_of<healthcheck_command>(
        {"healthcheck", "--listen", ":1", "--listen", ":2", "--token", "word", "--embedded", "--timeout", "500ms"}
    );
    EXPECT_FALSE(made.ready);
    EXPECT_EQ(made.timeout, std::chrono::milliseconds(500));
    EXPECT_THAT(
        made.arguments,
        testing::UnorderedElementsAre("--listen", ":1", "--listen", ":2", "--token", "word", "--embedded")
    );
    const auto bare = command_of<healthcheck_command>({"healthcheck", "--ready"});
    EXPECT_TRUE(bare.ready);
    EXPECT_EQ(bare.timeout, std::chrono::seconds(2));
    EXPECT_THAT(bare.arguments, testing::IsEmpty());
}

TEST(HealthcheckCommand, IsRefusedWithWhatIsWrong)
{
    EXPECT_THAT(complaint_about({"healthcheck", "--reddy"}), HasSubstr("did you mean --ready?"));
    EXPECT_THAT(complaint_about({"healthcheck", "/livez"}), HasSubstr("\"/livez\" is not expected"));
    for (const auto* text : {"soon", "0s", "-1s"})
        EXPECT_THAT(complaint_about({"healthcheck", "--timeout", text}), HasSubstr("--timeout: must be a time"));
    EXPECT_THAT(complaint_about({"healthcheck", "--timeout"}), HasSubstr("--timeout needs a value"));
}

}   // namespace
}   // namespace rediserve::config
