// The access file: what it means, and what is wrong with it.
#include "config/timestamp.hpp"
#include "config_test.hpp"

#include "rediserve/access/authenticator.hpp"
#include "rediserve/base/digest.hpp"
#include "support/access_file.hpp"

#include <chrono>
#include <sstream>

namespace rediserve::config {
namespace {

using namespace std::chrono_literals;
using test::token_entry;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto example = REDISERVE_SOURCE_DIR "/config/access.example.json";

std::string content_of(const std::string& path)
{
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();
    return all.str();
}

settings read(std::string_view document, std::vector<std::string> arguments = {})
{
    const temporary_file file(document);
    arguments.insert(arguments.end(), {"--access", file.path()});
    return settings_of(arguments);
}

// What is wrong with a document, without the name of the file.
std::string problem_with(std::string_view document, std::vector<std::string> arguments = {})
{
    const temporary_file file(document);
    arguments.insert(arguments.end(), {"--access", file.path()});
    const auto refused = refusal_of(arguments);
    EXPECT_EQ(refused.exit_code, 78);
    EXPECT_THAT(refused.text, testing::StartsWith(file.path())) << "the file is not named";
    return refused.text.substr(std::min(refused.text.size(), file.path().size() + 2));
}

const access::principal& account(const settings& of, std::string_view name)
{
    const auto is = [&](const access::account& one) { return one.who.name == name; };
    return std::ranges::find_if(of.access.accounts, is)->who;
}

// What `access` says of one principal with these members.
access::principal principal_with(const std::string& members)
{
    return account(read(R"({"principals":{"p":{)" + members + "}}}"), "p");
}

std::string problem_with_principal(const std::string& members)
{
    return problem_with(R"({"principals":{"p":{)" + members + "}}}");
}

// ---- the example ----

TEST(AccessExample, IsAccepted)
{
    const auto merged = settings_of({"--access", example, "--listen", ":3000", "--redis", "redis://main"});
    EXPECT_THAT(merged.access.accounts, SizeIs(4));
    EXPECT_THAT(merged.access.tokens, SizeIs(3));
    EXPECT_THAT(merged.access.issuers, SizeIs(1));
    EXPECT_THAT(merged.access.certificates, SizeIs(2));
    EXPECT_THAT(merged.more_redis, SizeIs(3)) << "cache, cache as another user, sessions";
    EXPECT_EQ(account(merged, "admin").backend, 0u);
    EXPECT_NE(account(merged, "web").backend, account(merged, "ci").backend);
    const auto& second_lock = merged.more_redis[account(merged, "ci").backend - 1].address;
    EXPECT_EQ(second_lock.user, "ci");
    EXPECT_EQ(second_lock.host, "cache.internal");
    EXPECT_EQ(merged.more_redis[account(merged, "user").backend - 1].shared_connections, 4u);
}

TEST(AccessExample, IsTheOneThatTheReferenceShows)
{
    EXPECT_THAT(content_of(REDISERVE_SOURCE_DIR "/docs/access.md"), HasSubstr(content_of(example)));
}

TEST(AccessExample, NamesMembersThatTheReferenceExplains)
{
    const auto text = content_of(REDISERVE_SOURCE_DIR "/docs/access.md");
    for (const auto* member : {
             "url",         "user",       "password",       "shared_connections", "backend",   "rules",
             "allow",       "deny",       "rates",          "requests",           "commands",  "bytes",
             "limits",      "body",       "value",          "pipeline",           "streams",   "connections",
             "block_wait",  "redis_user", "redis_password", "certificates",       "sha256",    "principal",
             "name",        "expires",    "issuer",         "audience",           "keys_file", "secret",
             "secret_file", "algorithms", "leeway",         "rates_backend",      "amount",    "per",
             "burst",       "global",
         })
        EXPECT_THAT(text, HasSubstr("`" + std::string(member) + "`")) << member;
}

// ---- principals ----

TEST(AccessPrincipal, MayDoNothingUnlessItIsSaid)
{
    const auto closed = principal_with("");
    ASSERT_NE(closed.may, nullptr);
    EXPECT_EQ(closed.may->text(), "");
    EXPECT_EQ(principal_with(R"("rules":["+get","~a:*"])").may->text(), "+get ~a:*");
    EXPECT_EQ(principal_with(R"("rules":"+get ~a:*")").may->text(), "+get ~a:*");
}

TEST(AccessPrincipal, HasRates)
{
    const auto rates =
        principal_with(
            R"("rates":{"requests":"6000/m","commands":{"amount":100,"per":"2s","burst":500},"bytes":"10m/s"})"
        )
            .rates;
    EXPECT_EQ(rates.requests, (access::rate{.amount = 6000, .period = 1min}));
    EXPECT_EQ(rates.commands, (access::rate{.amount = 100, .period = 2s, .burst = 500}));
    EXPECT_EQ(rates.bytes, (access::rate{.amount = 10 << 20, .period = 1s}));
    EXPECT_FALSE(principal_with("").rates.any());
    EXPECT_EQ(principal_with(R"("rates":{"requests":"5/10s"})").rates.requests.period, 10s);
}

TEST(AccessPrincipal, SharesRatesWithOtherGatewaysWhenTheySaySo)
{
    const auto rates =
        principal_with(R"("rates":{"requests":"60/m","commands":{"amount":60,"per":"1m","burst":10,"global":true},)"
                       R"("bytes":{"amount":"1m","per":"1s","global":false}})")
            .rates;
    EXPECT_EQ(rates.commands, (access::rate{.amount = 60, .period = 1min, .burst = 10, .global = true}));
    EXPECT_FALSE(rates.requests.global);
    EXPECT_FALSE(rates.bytes.global);
    for (const auto* wrong : {R"({"amount":60,"global":1})", R"({"amount":60,"global":"yes"})"})
        EXPECT_THAT(
            problem_with_principal(R"("rates":{"commands":)" + std::string(wrong) + "}"),
            HasSubstr("principals.p.rates.commands.global must be true or false")
        );
    EXPECT_THAT(
        problem_with_principal(R"("rates":{"commands":{"amount":60,"globl":true}})"),
        HasSubstr(R"(has no member "globl"; did you mean "global"?)")
    );
}

TEST(AccessPrincipal, HasLimits)
{
    const auto limits =
        principal_with(
            R"("limits":{"body":"1m","value":1024,"reply":"8m","pipeline":10,"streams":3,"connections":4,"block_wait":"0s"})"
        )
            .limits;
    EXPECT_EQ(limits.body_bytes, 1u << 20);
    EXPECT_EQ(limits.value_bytes, 1024u);
    EXPECT_EQ(limits.reply_bytes, 8u << 20);
    EXPECT_EQ(limits.pipeline_commands, 10u);
    EXPECT_EQ(limits.streams, 3u);
    EXPECT_EQ(limits.connections, 4u);
    EXPECT_EQ(limits.block_wait, 0ms);
    EXPECT_EQ(principal_with("").limits, access::limits());
}

TEST(AccessPrincipal, HasNetworks)
{
    const auto inside = principal_with(R"("allow":["10.0.0.0/8","::1"],"deny":"10.1.0.0/16")").from;
    ASSERT_NE(inside, nullptr);
    EXPECT_TRUE(inside->admits(*parse_address("10.2.3.4")));
    EXPECT_TRUE(inside->admits(*parse_address("::1")));
    EXPECT_FALSE(inside->admits(*parse_address("10.1.3.4")));
    EXPECT_FALSE(inside->admits(*parse_address("11.2.3.4")));
    EXPECT_EQ(principal_with("").from, nullptr);
}

TEST(AccessPrincipal, IsRefusedWithWhatIsWrong)
{
    EXPECT_THAT(problem_with_principal(R"("rules":"+@nonsense")"), HasSubstr("principals.p.rules rule '+@nonsense'"));
    EXPECT_THAT(problem_with_principal(R"("rules":1)"), HasSubstr("principals.p.rules must be a text or a list"));
    EXPECT_THAT(problem_with_principal(R"("rule":"")"), HasSubstr(R"(has no member "rule"; did you mean "rules"?)"));
    EXPECT_THAT(problem_with_principal(R"("allow":"10.0.0.0/99")"), HasSubstr("principals.p.allow"));
    EXPECT_THAT(problem_with_principal(R"("backend":"x")"), HasSubstr("principals.p.backend names no backend"));
    EXPECT_THAT(problem_with_principal(R"("redis_user":"x")"), HasSubstr("both redis_user and redis_password"));
    EXPECT_THAT(problem_with_principal(R"("certificates":[""])"), HasSubstr("has an empty name"));
    EXPECT_THAT(problem_with_principal(R"("limits":{"body":0})"), HasSubstr("principals.p.limits.body must be a size"));
    EXPECT_THAT(problem_with_principal(R"("limits":{"streams":"3"})"), HasSubstr("streams must be a whole number"));
    EXPECT_THAT(problem_with_principal(R"("limits":{"block_wait":5})"), HasSubstr("block_wait must be a time"));
    for (const auto* rate :
         {"\"\"", "\"100\"", "\"/s\"", "\"0/s\"", "\"-1/s\"", "\"1k/s\"", "\"1/0s\"", "\"1/25h\"", "1", "{}",
          R"("2000000000/s")", R"({"amount":1,"per":"1h","burst":1000000})"})
        EXPECT_THAT(
            problem_with_principal(R"("rates":{"requests":)" + std::string(rate) + "}"), HasSubstr("rates.requests")
        ) << rate;
}

TEST(AccessPrincipal, HasANameThatFitsIntoALog)
{
    for (const auto* name : {"", "a b", "a:b", "a/b", "token", "anonymous", "nobody", "read_only_token"})
        EXPECT_THAT(problem_with(R"({"principals":{")" + std::string(name) + "\":{}}}"), HasSubstr("name")) << name;
    EXPECT_THAT(read(R"({"principals":{"ann-2_x.y@z":{}}})").access.accounts, SizeIs(1));
}

// ---- tokens ----

TEST(AccessTokens, StandForPrincipals)
{
    const auto merged = read(
        R"({"principals":{"a":{},"b":{}},"tokens":[)" + token_entry("one", "b", R"(,"name":"ci laptop")") + ","
        + token_entry("two", "a", R"(,"expires":"2027-01-01T00:00:00Z")") + "]}"
    );
    ASSERT_THAT(merged.access.tokens, SizeIs(2));
    EXPECT_EQ(merged.access.tokens[0].digest, sha256("one"));
    EXPECT_EQ(merged.access.accounts[merged.access.tokens[0].account].who.name, "b");
    EXPECT_EQ(merged.access.tokens[0].name, "ci laptop");
    EXPECT_EQ(merged.access.tokens[0].expires, std::chrono::system_clock::time_point::max());
    EXPECT_EQ(merged.access.tokens[1].expires, parse_timestamp("2027-01-01T00:00:00Z"));
}

TEST(AccessTokens, AreRefusedWithWhatIsWrong)
{
    const auto problem = [](const std::string& tokens) {
        return problem_with(R"({"principals":{"web":{},"user":{"rules":"~u:${sub}:*"}},"tokens":)" + tokens + "}");
    };
    EXPECT_THAT(problem("{}"), HasSubstr("tokens must be a list"));
    EXPECT_THAT(problem("[1]"), HasSubstr("tokens[0] must be an object"));
    EXPECT_THAT(problem(R"([{"principal":"web","sha256":"abc"}])"), HasSubstr("tokens[0].sha256 must be the SHA-256"));
    EXPECT_THAT(problem("[" + token_entry("x", "wbe") + "]"), HasSubstr(R"("wbe"; did you mean "web"?)"));
    EXPECT_THAT(
        problem("[" + token_entry("x", "web", R"(,"expires":"soon")") + "]"),
        HasSubstr("tokens[0].expires must be a time")
    );
    EXPECT_THAT(problem("[" + token_entry("x", "web", R"(,"token":"x")") + "]"), HasSubstr(R"(has no member "token")"));
    EXPECT_THAT(
        problem("[" + token_entry("x", "web") + "," + token_entry("x", "web") + "]"),
        HasSubstr("tokens[1] is the same token as tokens[0]")
    );
    EXPECT_THAT(problem("[" + token_entry("x", "user") + "]"), HasSubstr("which only a JWT can fill in"));
}

TEST(AccessTokens, AreManyAndQuicklyRead)
{
    std::string all;
    for (int number = 0; number < 10'000; ++number)
        all += (number > 0 ? "," : "")
            + token_entry("token " + std::to_string(number), "p" + std::to_string(number % 100));
    std::string principals;
    for (int number = 0; number < 100; ++number)
        principals += (number > 0 ? ",\"p" : "\"p") + std::to_string(number) + R"(":{"rules":"+@read ~a:*"})";
    const auto merged = read("{\"principals\":{" + principals + "},\"tokens\":[" + all + "]}");
    ASSERT_THAT(merged.access.tokens, SizeIs(10'000));
    const access::authenticator guarded(merged.access);
    access::credentials shown;
    shown.bearer = "token 4711";
    EXPECT_EQ((*guarded.authenticate(shown, std::chrono::system_clock::now()))->name, "p11");
}

TEST(Timestamps, AreReadAsRfc3339HasThem)
{
    using std::chrono::sys_days;
    using namespace std::chrono;
    EXPECT_EQ(parse_timestamp("1970-01-01T00:00:01Z"), system_clock::time_point(1s));
    EXPECT_EQ(parse_timestamp("2024-02-29T23:59:59Z"), sys_days(2024y / 2 / 29) + 86'399s);
    EXPECT_EQ(parse_timestamp("2027-01-01T02:00:00+02:00"), parse_timestamp("2027-01-01T00:00:00Z"));
    EXPECT_EQ(parse_timestamp("2026-12-31T19:30:00-04:30"), parse_timestamp("2027-01-01T00:00:00Z"));
    for (const auto* text :
         {"", "2027-01-01", "2027-01-01T00:00:00", "2027-02-29T00:00:00Z", "2027-13-01T00:00:00Z",
          "2027-01-01T24:00:00Z", "2027-01-01T00:60:00Z", "2027-01-01 00:00:00Z", "27-01-01T00:00:00Z",
          "2027-01-01T00:00:00+0200", "2027-01-01T00:00:00Zx", "3027-01-01T00:00:00Z", "1969-12-31T00:00:00Z"})
        EXPECT_FALSE(parse_timestamp(text)) << text;
}

// ---- JWTs ----

TEST(AccessIssuers, AreRefusedWithWhatIsWrong)
{
    const auto problem = [](const std::string& members) {
        return problem_with(
            R"({"principals":{"user":{"rules":"~u:${sub}:*"}},"jwt":[{"principal":"user",)" + members + "}]}"
        );
    };
    EXPECT_THAT(problem(R"("keys_file":"missing.json","issuer":"x")"), HasSubstr("jwt[0]"));
    EXPECT_THAT(problem(R"("secret":"short")"), Not(HasSubstr("short\"")));
    EXPECT_THAT(
        problem(R"("secret":"0123456789012345678901234567890123","secret_file":"x")"),
        HasSubstr("one of them is enough")
    );
    EXPECT_THAT(problem(R"("algorithms":["none"])"), HasSubstr(R"(jwt[0].algorithms has "none")"));
    EXPECT_THAT(problem(R"("leeway":"1h")"), HasSubstr("jwt[0].leeway must be a time"));
    EXPECT_THAT(
        problem_with(R"({"jwt":[{"secret":"01234567890123456789012345678901"}]})"),
        HasSubstr("jwt[0].principal is missing")
    );
    EXPECT_THAT(
        read(
            R"({"principals":{"user":{"rules":"~u:${sub}:*"}},"jwt":[{"principal":"user","secret":"01234567890123456789012345678901"}]})"
        )
            .access.issuers,
        SizeIs(1)
    );
}

TEST(AccessIssuers, HaveFilesBesideTheAccessFile)
{
    const temporary_file file(R"({"principals":{"p":{}},"jwt":[{"principal":"p","secret_file":"missing"}]})");
    const auto folder = std::filesystem::path(file.path()).parent_path().string();
    const auto refused = refusal_of({"--access", file.path()}).text;
    EXPECT_THAT(refused, HasSubstr("cannot read the secret of jwt[0] " + folder + "/missing"));
    std::ofstream(folder + "/missing") << "01234567890123456789012345678901\n";
    EXPECT_THAT(settings_of({"--access", file.path()}).access.issuers, SizeIs(1));
}

TEST(AccessIssuers, MustNotTrustKeysForWhateverTheySign)
{
    const auto document = R"({"principals":{"user":{}},"jwt":[{"principal":"user","keys_file":")"
        + std::string(REDISERVE_SOURCE_DIR) + R"(/config/jwks.example.json"}]})";
    EXPECT_THAT(problem_with(document), HasSubstr("needs issuer or audience"));
}

// ---- servers ----

constexpr auto two_backends = R"({
    "backends": {"a": "redis://one", "b": {"url": "redis://two", "password": "hush"}},
    "principals": {"of-a": {"backend": "a"}, "of-b": {"backend": "b"}, "also-of-a": {"backend": "a"}},
    "tokens": []
})";

TEST(AccessServers, TakeThePlaceOfTheOneThatNobodyIsFor)
{
    const auto alone = read(two_backends);
    EXPECT_EQ(alone.redis.address.host, "one");
    ASSERT_THAT(alone.more_redis, SizeIs(1));
    EXPECT_EQ(alone.more_redis[0].address.host, "two");
    EXPECT_EQ(alone.more_redis[0].address.password, "hush");
    EXPECT_EQ(account(alone, "of-a").backend, 0u);
    EXPECT_EQ(account(alone, "also-of-a").backend, 0u);
    EXPECT_EQ(account(alone, "of-b").backend, 1u);
    for (const auto& arguments :
         {std::vector<std::string>{"--redis", "redis://main"}, {"--token", "word"}, {"--embedded"}})
        EXPECT_THAT(read(two_backends, arguments).more_redis, SizeIs(2)) << arguments.front();
}

TEST(AccessServers, AreRefusedWithWhatIsWrong)
{
    EXPECT_THAT(problem_with(R"({"backends":{"a":"http://x"}})"), HasSubstr("backends.a is not the URL of a server"));
    EXPECT_THAT(problem_with(R"({"backends":{"a":{}}})"), HasSubstr("backends.a.url is missing"));
    EXPECT_THAT(problem_with(R"({"backends":{"a":1}})"), HasSubstr("backends.a must be an object"));
    EXPECT_THAT(problem_with(R"({"backends":[]})"), HasSubstr("backends must be an object"));
    EXPECT_THAT(problem_with(R"({"backend":{}})"), HasSubstr(R"(did you mean "backends"?)"));
    EXPECT_THAT(problem_with(R"({"backends":{"a":"redis://:hush@x:y"}})"), Not(HasSubstr("hush")));
}

constexpr std::string_view counted_at_b = R"({"backends":{"a":"redis://one","b":"redis://two"},"rates_backend":"b",
    "principals":{"p":{"backend":"a"}}})";

TEST(AccessServers, MayBeOneForTheRates)
{
    const auto settings = read(counted_at_b, {"--redis", "redis://main"});
    ASSERT_THAT(settings.more_redis, SizeIs(2));
    ASSERT_TRUE(settings.access.rates_backend);
    EXPECT_EQ(settings.more_redis[*settings.access.rates_backend - 1].address.host, "two");
    EXPECT_EQ(read(R"({"principals":{"p":{}}})").access.rates_backend, std::nullopt);
    EXPECT_THAT(
        problem_with(R"({"backends":{"cache":"redis://x"},"rates_backend":"cach"})"),
        HasSubstr(R"(rates_backend names no backend of the file; did you mean "cache"?)")
    );
    EXPECT_THAT(problem_with(R"({"rates_backend":1})"), HasSubstr("rates_backend must be a text"));
}

// ---- the file as such ----

TEST(AccessFile, ReportsEverythingAtOnce)
{
    const auto all =
        problem_with(R"({"principals":{"a":{"rule":1},"b":{"rates":{"requests":"x"}}},"tokens":[{}],"jwt":{}})");
    for (const auto* part :
         {"principals.a has no member", "principals.b.rates.requests", "tokens[0].sha256", "jwt must be a list"})
        EXPECT_THAT(all, HasSubstr(part));
}

TEST(AccessFile, IsRefusedWhenItIsNone)
{
    EXPECT_THAT(problem_with("{"), HasSubstr("is not JSON"));
    EXPECT_THAT(problem_with("[]"), HasSubstr("must hold an object"));
    EXPECT_THAT(problem_with(R"({"principals":{"a":{},"a":{}}})"), HasSubstr(R"("principals.a" stands there twice)"));
    EXPECT_THAT(refusal_of({"--access", "/nowhere"}).text, HasSubstr("cannot read the access file /nowhere"));
}

TEST(AccessFile, GuardsEvenWhenItLetsNobodyIn)
{
    const auto empty = read("{} // nobody yet", {"--listen", ":3000"});
    EXPECT_TRUE(empty.access.guards());
    EXPECT_FALSE(access::authenticator(empty.access).open());
}

TEST(AccessFile, MustNotGiveATokenTwoMeanings)
{
    const temporary_file file(R"({"principals":{"web":{}},"tokens":[)" + token_entry("word", "web") + "]}");
    EXPECT_THAT(refusal_of({"--access", file.path(), "--token", "word"}).text, HasSubstr("must differ"));
}

}   // namespace
}   // namespace rediserve::config
