#include "config/values.hpp"

#include "config_test.hpp"
#include "rediserve/redis/address.hpp"
#include "rediserve/redis/node_names.hpp"

#include <nlohmann/json.hpp>

namespace rediserve::config {
namespace {

using nlohmann::json;

// A valid value of each kind that is no option's default, as text and as it would stand in the file.
struct sample
{
    std::string text;
    json member;
};

std::string another_text(const option& of)
{
    if (of.path == "http.unix_mode")
        return "0600";
    if (of.path == "access.address_rate")
        return "100/1s";
    if (of.path == "http.trusted_proxies" || of.path == "access.allow" || of.path == "access.deny")
        return "10.0.0.0/8, 2001:db8::/32";
    if (of.path == "access.sealing_secret")
        return "another word that is long enough to make a key of it";
    if (of.path == "redis.url")
        return "redis://example.org:7000/5";
    if (of.path == "redis.concurrency")
        return "64";
    if (of.path == "redis.node_map")
        return "10.0.0.1:6379=redis.example:7001,[::1]:1=[::2]:2";
    if (of.path == "upstash.cors" || of.path == "http.cors.origins")
        return "https://app.example,http://localhost:5173";
    if (of.path == "access.file") {
        static const temporary_file access("{}");
        return access.path();
    }
    if (of.path == "access.srh_token_file") {
        static const temporary_file tokens(R"({"word":{"srh_id":"one","connection_string":"redis://127.0.0.1:6379"}})");
        return tokens.path();
    }
    return of.path.ends_with("_file") ? "/dev/null" : "another-word";
}

sample another_value(const option& of)
{
    struct
    {
        std::string_view path;
        sample operator()(const kind::boolean& is) const
        {
            settings defaults;
            const bool other = !is.at(defaults);
            return {other ? "true" : "false", other};
        }
        sample operator()(const kind::count& is) const { return {std::to_string(is.least + 3), is.least + 3}; }
        sample operator()(const kind::size& is) const { return {std::to_string(is.least + 1), is.least + 1}; }
        sample operator()(const kind::duration& is) const
        {
            const auto text = std::to_string(is.least.count() + 1) + "ms";
            return {text, text};
        }
        sample operator()(const kind::choice& is) const { return {std::string(is.names[1]), is.names[1]}; }
        sample operator()(const kind::endpoints&) const { return {"127.0.0.1:1", json::array({"127.0.0.1:1"})}; }
        sample operator()(const kind::text&) const
        {
            const auto text = another_text(*find_option(path));
            return {text, text};
        }
    } const make{of.path};
    return std::visit(make, of.is);
}

// What some options ask to be given beside them.
std::map<std::string, std::string> companions(std::string_view path)
{
    if (path == "embedded.data")
        return {{"REDISERVE_EMBEDDED", "true"}};
    if (path == "redis.user")
        return {{"REDISERVE_REDIS_PASSWORD", "word"}};
    if (path == "redis.sentinel_user")
        return {{"REDISERVE_REDIS_SENTINEL_PASSWORD", "word"}};
    if (path == "redis.backoff_max")
        return {{"REDISERVE_REDIS_BACKOFF_FIRST", "1ms"}};
    if (path == "redis.tls.certificate_file")
        return {{"REDISERVE_REDIS_TLS_KEY_FILE", "/dev/null"}};
    if (path == "redis.tls.key_file")
        return {{"REDISERVE_REDIS_TLS_CERTIFICATE_FILE", "/dev/null"}};
    return {};
}

json document_with(std::string_view path, const json& member)
{
    const auto dot = path.find('.');
    if (dot == std::string_view::npos)
        return {{std::string(path), member}};
    return {{std::string(path.substr(0, dot)), document_with(path.substr(dot + 1), member)}};
}

class EveryOption : public testing::TestWithParam<const option*>
{
protected:
    const option& option_ = *GetParam();
    sample sample_ = another_value(option_);
};

TEST_P(EveryOption, HasADefaultThatItAccepts)
{
    settings changed;
    const auto texts = texts_of(option_, json::parse(value_of(option_, {}).dump()));
    ASSERT_TRUE(texts);
    EXPECT_EQ(assign(option_, changed, *texts), "");
    EXPECT_EQ(value_of(option_, changed), value_of(option_, {}));
}

TEST_P(EveryOption, IsTakenFromTheFile)
{
    const auto read = parse_document(document_with(option_.path, sample_.member).dump(), "file.json");
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_NE(value_of(option_, *read), value_of(option_, {}));
    EXPECT_EQ(json::parse(value_of(option_, *read).dump()), sample_.member);
}

TEST_P(EveryOption, IsTakenFromEachOfItsNamesInTheEnvironment)
{
    settings wanted;
    ASSERT_EQ(assign(option_, wanted, {sample_.text}), "");
    auto names = environment_names(option_);
    if (!std::holds_alternative<kind::endpoints>(option_.is))
        for (auto& name : relative_names(option_))
            names.push_back(std::move(name));
    for (const auto& name : names) {
        auto given = companions(option_.path);
        given.emplace(name, sample_.text);
        const auto loaded = load_with({"--print-config"}, std::move(given));
        ASSERT_TRUE(loaded) << loaded.error().text;
        EXPECT_EQ(value_of(option_, loaded->values), value_of(option_, wanted)) << name;
        EXPECT_THAT(loaded->print, HasSubstr("(environment " + name + ")"));
    }
}

TEST_P(EveryOption, IsTakenFromItsFlag)
{
    if (option_.flag.empty())
        return;
    std::vector<std::string> arguments{"--print-config", std::string(option_.flag)};
    if (!option_.operand.empty())
        arguments.push_back(sample_.text);
    if (option_.path == "embedded.data")
        arguments.emplace_back("--embedded");
    const auto loaded = load_with(arguments);
    ASSERT_TRUE(loaded) << loaded.error().text;
    EXPECT_EQ(json::parse(value_of(option_, loaded->values).dump()), sample_.member);
    EXPECT_THAT(loaded->print, HasSubstr("(flag " + std::string(option_.flag) + ")"));
}

TEST_P(EveryOption, RefusesTheWrongTypes)
{
    for (const auto& wrong :
         {json(nullptr), json::object({{"a", 1}}), json::array({json::array()}), json::array({1}), json(1.5)}) {
        const auto text = problems_of(document_with(option_.path, wrong).dump());
        EXPECT_THAT(text, HasSubstr("file.json: " + std::string(option_.path) + " must ")) << wrong;
    }
}

TEST_P(EveryOption, RefusesEmptyTextsAndNulWhereTheyMakeNoSense)
{
    const bool is_text = std::holds_alternative<kind::text>(option_.is);
    settings changed;
    EXPECT_NE(
        assign(
            option_, changed,
            {std::string(
                "1\0"
                "0",
                3
            )}
        ),
        ""
    ) << option_.path;
    if (!is_text) {
        EXPECT_NE(assign(option_, changed, {""}), "") << option_.path;
    }
}

TEST_P(EveryOption, NeverRepeatsASecretThatItRefuses)
{
    if (!option_.secret)
        return;
    settings changed;
    for (const auto& secret :
         {std::string("hunter2 hunter2"), std::string("hunter2\0", 8), std::string("hunter2\nhunter2")})
        EXPECT_THAT(assign(option_, changed, {secret}), Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(
    Table, EveryOption, testing::ValuesIn([] {
        std::vector<const option*> all;
        for (const auto& one : options())
            all.push_back(&one);
        return all;
    }()),
    [](const auto& of) {
        std::string name(of.param->path);
        for (char& c : name)
            c = c == '.' ? '_' : c;
        return name;
    }
);

TEST(Values, AreKeptWithinTheirBounds)
{
    const auto refused = [](const char* path, const char* text) {
        settings changed;
        return !assign(*find_option(path), changed, {text}).empty();
    };
    EXPECT_FALSE(refused("threads", "0"));
    EXPECT_FALSE(refused("threads", "256"));
    EXPECT_TRUE(refused("threads", "257"));
    EXPECT_TRUE(refused("threads", "-1"));
    EXPECT_TRUE(refused("threads", "4294967297"));
    EXPECT_TRUE(refused("http.limits.body", "5g"));
    EXPECT_TRUE(refused("http.limits.body", "18446744073709551616"));
    EXPECT_TRUE(refused("http.limits.header_timeout", "0s"));
    EXPECT_TRUE(refused("http.limits.header_timeout", "2h"));
    EXPECT_TRUE(refused("http.unix_mode", "0888"));
    EXPECT_TRUE(refused("http.unix_mode", "1777"));
    EXPECT_TRUE(refused("log.level", "loud"));
    EXPECT_TRUE(refused("redis.client_name", "two words"));
    EXPECT_TRUE(refused("http.listen", "nonsense:port"));
}

TEST(Values, SayWhatTheyMustBe)
{
    EXPECT_THAT(problems_of(R"({"threads":"many"})"), HasSubstr("threads must be a whole number, from 0 to 256"));
    EXPECT_THAT(problems_of(R"({"threads":300})"), HasSubstr("not \"300\""));
    EXPECT_THAT(problems_of(R"({"log":{"level":"loud"}})"), HasSubstr("one of error, warn, info, debug"));
    EXPECT_THAT(
        problems_of(R"({"drain":{"timeout":10}})"), HasSubstr("a time such as 500ms, 10s or 2m, from 0s to 1h")
    );
    EXPECT_THAT(problems_of(R"({"http":{"listen":["127.0.0.1:1","127.0.0.1:1"]}})"), HasSubstr("twice"));
    EXPECT_THAT(problems_of(R"({"http":{"listen":[]}})"), HasSubstr("at least one"));
}

TEST(Values, NameACluster)
{
    settings changed;
    EXPECT_EQ(assign(*find_option("redis.url"), changed, {"redis-cluster://h1:7000,h2:7001"}), "");
    EXPECT_EQ(changed.redis.address.topology, redis::topology::cluster);
    EXPECT_THAT(assign(*find_option("redis.url"), changed, {"redis-cluster://h1/1"}), HasSubstr("database"));
}

TEST(Values, NameASentinelGroup)
{
    settings changed;
    const auto& url = *find_option("redis.url");
    EXPECT_EQ(assign(url, changed, {"redis-sentinel://ada:word@h1:26379,h2/mymaster/1"}), "");
    EXPECT_EQ(changed.redis.address.topology, redis::topology::sentinel);
    EXPECT_EQ(redis::masked_url(changed.redis.address), "redis-sentinel://ada:***@h1:26379,h2:26379/mymaster/1");
    EXPECT_THAT(assign(url, changed, {"redis-sentinel://h1:26379"}), HasSubstr("lacks the name of the master"));
}

TEST(Values, MapPlacesToWhereTheyAre)
{
    settings changed;
    const auto& map = *find_option("redis.node_map");
    EXPECT_EQ(assign(map, changed, {"10.0.0.1:6379=redis.example:7001, [::1]:1=[::2]:2"}), "");
    EXPECT_EQ(
        redis::node_names(changed.redis.node_map).reachable({"10.0.0.1", 6379}), (redis::place{"redis.example", 7001})
    );
    EXPECT_EQ(redis::node_names(changed.redis.node_map).reachable({"::1", 1}), (redis::place{"::2", 2}));
    EXPECT_EQ(redis::node_names(changed.redis.node_map).reachable({"::1", 2}), (redis::place{"::1", 2}));
    EXPECT_EQ(value_of(map, changed), "10.0.0.1:6379=redis.example:7001,[::1]:1=[::2]:2");
    for (const auto* const wrong :
         {"x", "a:1", "a:1=", "=b:1", "a=b:1", "a:1=b", ":1=b:2", "a:1=b:0", "a:1=b:2,", "::1:1=b:2"})
        EXPECT_THAT(assign(map, changed, {wrong}), HasSubstr("must be pairs")) << wrong;
    EXPECT_THAT(assign(map, changed, {"a:1=b:2,a:1=c:3"}), HasSubstr("twice"));
    EXPECT_EQ(assign(map, changed, {""}), "");
    EXPECT_TRUE(changed.redis.node_map.empty());
}

TEST(Values, AreQuotedShortAndPrintable)
{
    EXPECT_EQ(quote("a\n\x01"), R"("a\n\u0001")");
    EXPECT_EQ(quote(std::string(100, 'x')), "\"" + std::string(60, 'x') + "\"…");
    EXPECT_EQ(quote("\xff"), R"("\ufffd")");
}

TEST(Cors, NamesMethodsAndHeaders)
{
    const auto refused = [](std::string_view option, const std::string& text) {
        settings scratch;
        return !assign(*find_option(option), scratch, {text}).empty();
    };
    for (const auto* good : {"GET", "GET, PUT,DELETE", "X-Mine"})
        for (const auto* option : {"http.cors.methods", "http.cors.headers"})
            EXPECT_FALSE(refused(option, good)) << option << good;
    for (const auto* bad : {",", "GET,", "GET PUT", "GET\r\nX: y", "a:b", " "})
        for (const auto* option : {"http.cors.methods", "http.cors.headers"})
            EXPECT_TRUE(refused(option, bad)) << option << bad;
    EXPECT_TRUE(refused("http.cors.methods", ""));
    EXPECT_FALSE(refused("http.cors.headers", ""));
}

TEST(Cors, IsAnyOffOrOrigins)
{
    const auto refused = [](const std::string& text) {
        settings scratch;
        return !assign(*find_option("upstash.cors"), scratch, {text}).empty();
    };
    for (const auto* good :
         {"any", "off", "https://app.example", "http://localhost:5173", "https://a.example, https://b.example:8443",
          "http://[::1]:3000", "capacitor://localhost"})
        EXPECT_FALSE(refused(good)) << good;
    for (const auto* bad :
         {"", "*", "app.example", "https://", "https://app.example/", "https://app.example:", "https://app.example:x",
          "https://app.example:65536", "https://App.example", "https://a,", "https://a b", "any,https://a", "://a",
          "https://u@a", "http://::1"})
        EXPECT_TRUE(refused(bad)) << bad;
}

}   // namespace
}   // namespace rediserve::config
