// The command API with a scripted Redis behind it: what is sent for a request, and how replies become an answer.
#include "rediserve/api/upstash.hpp"
#include "support/fake_backend.hpp"
#include "support/fake_exchange.hpp"
#include "support/known_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rediserve::api::upstash {
namespace {

constexpr std::string_view query_types = R"("application/json", "application/msgpack", "application/cbor")";

using http::header;
using http::method;
using test::array;
using test::bulk;
using test::fake_exchange;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class UpstashDialect : public testing::Test
{
protected:
    using header_map = fake_exchange::header_map;

    fake_exchange& send(method by, std::string_view target, std::string_view body = {}, const header_map& headers = {})
    {
        work = {};
        exchange = std::make_unique<fake_exchange>(by, target, body, headers);
        work = dialect->respond(
            {*exchange, access::gate(backend, known_commands, *principal), settings, metrics, *known_commands, known,
             *principal}
        );
        backend.run();
        return *exchange;
    }
    fake_exchange& post(std::string_view target, std::string_view body, const header_map& headers = {})
    {
        return send(method::post, target, body, headers);
    }
    fake_exchange& get(std::string_view target, const header_map& headers = {})
    {
        return send(method::get, target, {}, headers);
    }

    test::fake_backend backend;
    params settings;
    telemetry::shard_metrics metrics;
    access::authenticator known{access::params()};
    std::shared_ptr<const rediserve::commands::command_table> known_commands =
        rediserve::commands::command_table::built_in();
    const access::principal* principal = access::anonymous().get();
    std::shared_ptr<const api::dialect> dialect = make_upstash_dialect();
    std::unique_ptr<fake_exchange> exchange;
    task work;
};

const fake_exchange::header_map base64 = {{header::upstash_encoding, "base64"}};
const fake_exchange::header_map resp2 = {{header::upstash_response_format, "resp2"}};

MATCHER_P2(Answers, status, body, "")
{
    *result_listener << "status " << arg.status() << ", body " << arg.body();
    return arg.complete() && static_cast<int>(arg.status()) == status && arg.body() == body;
}

// ---- one command ---------------------------------------------------------------------------------------------------

TEST_F(UpstashDialect, SendsACommandFromTheBody)
{
    backend.reply(bulk("hello"));
    EXPECT_THAT(post("/", R"(["GET","k"])"), Answers(200, R"({"result":"hello"})"));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("GET", "k")));
    EXPECT_TRUE(backend.batches().back().options.read_only);
}

TEST_F(UpstashDialect, SendsACommandFromThePath)
{
    backend.reply("+OK\r\n");
    EXPECT_THAT(post("/set/k?EX=10", "v", base64), Answers(200, R"({"result":"OK"})"));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("set", "k", "v", "EX", "10")));
    EXPECT_FALSE(backend.batches().back().options.read_only);
}

TEST_F(UpstashDialect, AnErrorOfOneCommandIsABadRequest)
{
    backend.reply("-WRONGTYPE Operation against a key\r\n");
    EXPECT_THAT(post("/", R"(["GET","k"])"), Answers(400, R"({"error":"WRONGTYPE Operation against a key"})"));
    backend.reply("-ERR no\r\n");
    EXPECT_THAT(post("/", R"(["GET","k"])", resp2), Answers(400, "-ERR no\r\n"));
}

TEST_F(UpstashDialect, WhatCannotBeReadIsNotSent)
{
    EXPECT_THAT(post("/", ""), Answers(400, R"({"error":"EOF"})"));
    EXPECT_THAT(post("/", R"(["SET","k",null])"), Answers(400, R"({"error":"ERR null args are not supported"})"));
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(UpstashDialect, ABodyOverItsLimitIsNotSent)
{
    settings.upstash.request_bytes = 4;
    EXPECT_THAT(
        post("/", R"(["GET","k"])"),
        Answers(400, R"({"error":"ERR max request size exceeded. Limit: 4 bytes, Actual: 11 bytes"})")
    );
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(UpstashDialect, SaysOfItsOwnFailuresWhetherTheCommandRan)
{
    backend.fail(error(errc::backend_lost, "gone", executed::maybe));
    EXPECT_THAT(
        post("/", R"(["INCR","n"])"),
        Answers(503, R"({"error":"ERR gone","code":"redis_unavailable","executed":"maybe"})")
    );
}

TEST_F(UpstashDialect, EveryAnswerHasATokenOfItsOwn)
{
    backend.reply("+OK\r\n");
    const std::string first = get("/ping").header("upstash-sync-token");
    backend.reply("+OK\r\n");
    const std::string second = get("/ping").header("upstash-sync-token");
    EXPECT_THAT(first, Not(IsEmpty()));
    EXPECT_NE(first, second);
}

// ---- pipelines -----------------------------------------------------------------------------------------------------

TEST_F(UpstashDialect, APipelineOfOneGoesStraightThrough)
{
    backend.reply(bulk("bar"));
    EXPECT_THAT(post("/pipeline", R"([["GET","foo"]])", base64), Answers(200, R"([{"result":"YmFy"}])"));
}

TEST_F(UpstashDialect, APipelineLeavesInOneBatch)
{
    backend.reply("+OK\r\n:2\r\n-WRONGTYPE no\r\n");
    EXPECT_THAT(
        post("/pipeline", R"([["SET","a","1"],["SET","a",null],["INCR","a"],["LPUSH","a","x"]])"),
        Answers(
            200,
            R"([{"result":"OK"},{"error":"ERR null args are not supported"},{"result":2},{"error":"WRONGTYPE no"}])"
        )
    );
    EXPECT_THAT(backend.batches(), SizeIs(1));
    EXPECT_THAT(backend.latest(), SizeIs(3));
}

TEST_F(UpstashDialect, APipelineOfRefusalsSendsNothing)
{
    const auto& answer = post("/pipeline", R"([["MULTI"],["SELECT","0"],[]])");
    EXPECT_EQ(answer.status(), 200U);
    EXPECT_THAT(answer.body(), HasSubstr(R"({"result":"OK"},{"error":"ERR empty pipeline command"}])"));
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(UpstashDialect, APipelineInRespHasNoHeader)
{
    backend.reply("+OK\r\n:2\r\n");
    EXPECT_THAT(post("/pipeline", R"([["SET","a","1"],["INCR","a"]])", resp2), Answers(200, "+OK\r\n:2\r\n"));
}

TEST_F(UpstashDialect, APipelineThatNeverReachedRedisFailsAsAWhole)
{
    backend.refuse(error(errc::backend_unavailable, "down", executed::no));
    EXPECT_EQ(post("/pipeline", R"([["GET","a"],["GET","b"]])").status(), 503U);
}

TEST_F(UpstashDialect, WhatIsLostOnTheWaySaysWhetherItRan)
{
    for (const auto& [headers, lost] : {
             std::pair{
                 header_map(), std::string(R"(,{"error":"ERR gone","code":"redis_unavailable","executed":"maybe"}])")},
             std::pair{resp2, std::string("-ERR gone (it may have been run)\r\n")},
         }) {
        backend.reply(array({bulk("0"), array({})}));
        backend.fail(error(errc::backend_lost, "gone", executed::maybe));
        post("/pipeline", R"([["SCAN","0","WITHTYPE"],["INCR","n"]])", headers);
        backend.run();
        EXPECT_EQ(exchange->status(), 200U);
        EXPECT_THAT(exchange->body(), testing::EndsWith(lost));
    }
}

TEST_F(UpstashDialect, WhatWasNotSentYetDidNotRun)
{
    for (const auto& [headers, lost] : {
             std::pair{
                 header_map(),
                 std::string(R"(,{"error":"ERR gone","code":"redis_unavailable","executed":"maybe"})"
                             R"(,{"error":"ERR gone","code":"redis_unavailable","executed":"no"}])")},
             std::pair{resp2, std::string("-ERR gone (it may have been run)\r\n-ERR gone (it was not run)\r\n")},
         }) {
        backend.reply(array({bulk("0"), array({})}));
        backend.fail(error(errc::backend_lost, "gone", executed::maybe));
        post("/pipeline", R"([["SCAN","0","WITHTYPE"],["SCAN","1","WITHTYPE"],["INCR","n"]])", headers);
        backend.run();
        EXPECT_EQ(exchange->status(), 200U);
        EXPECT_THAT(exchange->body(), testing::EndsWith(lost));
        EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("SCAN", "1")));
    }
}

// The page came, but not the types of its keys.
TEST_F(UpstashDialect, AQuestionOfOurOwnThatIsLostLosesItsCommand)
{
    backend.reply("+PONG\r\n" + array({bulk("0"), array({bulk("k")})}));
    backend.fail(error(errc::backend_lost, "gone", executed::maybe));
    post("/pipeline", R"([["PING"],["SCAN","0","WITHTYPE"],["INCR","n"]])");
    backend.run();
    EXPECT_THAT(
        exchange->body(),
        testing::EndsWith(R"(,{"error":"ERR gone","code":"redis_unavailable","executed":"maybe"})"
                          R"(,{"error":"ERR gone","code":"redis_unavailable","executed":"no"}])")
    );
}

TEST_F(UpstashDialect, HalfACommandIsNotSaidToBeUndone)
{
    const error silence(errc::backend_unavailable, "down", executed::no);
    const std::string page = array({bulk("0"), array({bulk("k")})});
    backend.reply(page);
    backend.fail(silence);
    post("/", R"(["SCAN","0","WITHTYPE"])");
    backend.run();
    EXPECT_THAT(*exchange, Answers(503, R"({"error":"ERR down","code":"redis_unavailable","executed":"maybe"})"));
    backend.reply(page);
    backend.fail(silence);
    post("/pipeline", R"([["SCAN","0","WITHTYPE"],["INCR","n"]])");
    backend.run();
    EXPECT_THAT(
        *exchange,
        Answers(
            200,
            R"([{"error":"ERR down","code":"redis_unavailable","executed":"maybe"},)"
            R"({"error":"ERR down","code":"redis_unavailable","executed":"no"}])"
        )
    );
}

TEST_F(UpstashDialect, TooManyCommandsRunNone)
{
    settings.upstash.pipeline_commands = 1;
    const auto& answer = post("/pipeline", R"([["GET","a"],["GET","b"]])");
    EXPECT_EQ(answer.status(), 400U);
    EXPECT_THAT(answer.body(), HasSubstr("max pipeline size exceeded"));
    EXPECT_THAT(backend.batches(), IsEmpty());
}

// ---- transactions --------------------------------------------------------------------------------------------------

TEST_F(UpstashDialect, ATransactionAnswersWhatExecDid)
{
    backend.reply("+OK\r\n+QUEUED\r\n+QUEUED\r\n" + array({"+OK\r\n", "-ERR not an integer\r\n"}));
    EXPECT_THAT(
        post("/multi-exec", R"([["SET","a","x"],["INCR","a"]])", resp2),
        Answers(200, R"([{"result":"OK"},{"error":"ERR not an integer"}])")
    );
    EXPECT_THAT(
        backend.latest(),
        ElementsAre(ElementsAre("MULTI"), ElementsAre("SET", "a", "x"), ElementsAre("INCR", "a"), ElementsAre("EXEC"))
    );
}

TEST_F(UpstashDialect, ATransactionIsNotSentWhereItWouldBeTornApart)
{
    const auto table = rediserve::commands::command_table::built_in();
    table->refuse_transactions("NOPERM no permission to run the 'multi' command");
    known_commands = table;
    EXPECT_THAT(
        post("/multi-exec", R"([["SET","a","x"],["INCR","a"]])"),
        Answers(400, R"({"error":"NOPERM no permission to run the 'multi' command"})")
    );
    EXPECT_THAT(backend.batches(), IsEmpty());
    backend.reply("+OK\r\n:1\r\n");
    EXPECT_EQ(post("/pipeline", R"([["SET","a","x"],["INCR","a"]])").status(), 200U);
}

TEST_F(UpstashDialect, ADiscardedTransactionSaysWhy)
{
    backend.reply("+OK\r\n+QUEUED\r\n-ERR unknown command\r\n-EXECABORT Transaction discarded\r\n");
    EXPECT_THAT(
        post("/multi-exec", R"([["SET","a","x"],["NOSUCH"]])"), Answers(400, R"({"error":"ERR unknown command"})")
    );
}

TEST_F(UpstashDialect, ATransactionWithARefusedCommandIsNotSent)
{
    EXPECT_EQ(post("/multi-exec", R"([["SET","a","x"],["WATCH","a"]])").status(), 400U);
    EXPECT_EQ(post("/multi-exec", R"([["SET","a",null]])").status(), 400U);
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(UpstashDialect, ATransactionStaysInOneBatch)
{
    EXPECT_EQ(post("/multi-exec", R"([["SET","a","x"],["SCAN","0","WITHTYPE"]])").status(), 400U);
    EXPECT_THAT(backend.batches(), IsEmpty());
    backend.reply("+OK\r\n+QUEUED\r\n+QUEUED\r\n" + array({"*-1\r\n", "+OK\r\n"}));
    EXPECT_EQ(post("/multi-exec", R"([["BLPOP","l",0],["SET","a","x"]])").status(), 200U);
    EXPECT_THAT(backend.batches(), SizeIs(1));
}

// ---- translations --------------------------------------------------------------------------------------------------

TEST_F(UpstashDialect, ScanWithTypesAsksForTheTypes)
{
    backend.reply(array({bulk("0"), array({bulk("a"), bulk("b")})}));
    backend.reply("+string\r\n+hash\r\n");
    post("/", R"(["SCAN","0","WITHTYPE"])");
    backend.run();
    EXPECT_THAT(*exchange, Answers(200, R"({"result":["0",["a","string","b","hash"]]})"));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("TYPE", "a"), ElementsAre("TYPE", "b")));
}

TEST_F(UpstashDialect, ACopyOntoItselfIsNothing)
{
    backend.reply("-ERR source and destination objects are the same\r\n");
    EXPECT_THAT(post("/", R"(["COPY","k","k"])"), Answers(200, R"({"result":0})"));
}

TEST_F(UpstashDialect, ALoadedScriptKeepsItsDigest)
{
    backend.reply(bulk("another"));
    const auto& answer = post("/", R"(["SCRIPT","LOAD","#!lua flags=allow-key-locking\nreturn 1"])");
    EXPECT_EQ(answer.body(), R"({"result":"e7d3065bbe862e0ef8706b37e94e4260d9d3bbc3"})");
}

TEST_F(UpstashDialect, TranslatesNothingWhenToldNotTo)
{
    settings.upstash.translate = false;
    backend.reply("-ERR source and destination objects are the same\r\n");
    EXPECT_EQ(post("/", R"(["COPY","k","k"])").status(), 400U);
}

TEST_F(UpstashDialect, TrimsExactlyOnlyWhenToldTo)
{
    backend.reply(":1\r\n");
    post("/", R"(["XTRIM","k","MAXLEN","~","5"])");
    settings.upstash.exact_trim = true;
    backend.reply(":1\r\n");
    post("/", R"(["XTRIM","k","MAXLEN","~","5"])");
    ASSERT_EQ(backend.batches().size(), 2U);
    EXPECT_THAT(backend.batches()[0].commands, ElementsAre(ElementsAre("XTRIM", "k", "MAXLEN", "~", "5")));
    EXPECT_THAT(backend.batches()[1].commands, ElementsAre(ElementsAre("XTRIM", "k", "MAXLEN", "=", "5")));
}

// ---- who asks ------------------------------------------------------------------------------------------------------

TEST_F(UpstashDialect, ReadsATokenWhereverItStands)
{
    std::string scratch;
    const fake_exchange bearer(method::get, "/get/k", {}, {{header::authorization, "Bearer a"}});
    const fake_exchange bare(method::get, "/get/k", {}, {{header::authorization, "b"}});
    const fake_exchange query(method::get, "/get/k?_token=c%21", {}, {{header::authorization, "Bearer a"}});
    EXPECT_EQ(dialect->token(bearer.request(), settings, "a", scratch), "a");
    EXPECT_EQ(dialect->token(bare.request(), settings, {}, scratch), "b");
    EXPECT_EQ(dialect->token(query.request(), settings, "a", scratch), "c!");
    settings.upstash.query_token = false;
    EXPECT_EQ(dialect->token(query.request(), settings, "a", scratch), "a");
}

TEST_F(UpstashDialect, JudgesNobodyBeforeItKnowsTheCommands)
{
    const access::principal reader{
        .name = "reader", .may = std::make_shared<access::rules>(*access::rules::parse("+get ~*"))};
    principal = &reader;
    EXPECT_EQ(post("/", R"(["GET","k"])").status(), 503U) << exchange->body();
    EXPECT_EQ(post("/pipeline", R"([["GET","k"]])").status(), 503U) << exchange->body();
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(UpstashDialect, LetsPagesAskThatKnowAToken)
{
    settings.upstash.cors = "https://good.test";
    const cors_policy policy = dialect->cors(settings);
    EXPECT_EQ(policy.origins, "https://good.test");
    EXPECT_EQ(policy.methods, "HEAD, GET, POST, PUT, QUERY");
    EXPECT_TRUE(policy.credentials);
    EXPECT_TRUE(policy.reflect);
}

TEST_F(UpstashDialect, AnswersAPreflight)
{
    const auto& answer = send(method::options, "/pipeline", {}, {{header::origin, "https://x.test"}});
    EXPECT_THAT(answer, Answers(200, ""));
    EXPECT_TRUE(dialect->open(answer.request()));
}

TEST_F(UpstashDialect, HasNoOtherMethods)
{
    EXPECT_THAT(send(method::delete_, "/get/foo"), Answers(405, ""));
    EXPECT_EQ(exchange->header("Allow"), "HEAD, GET, POST, PUT, OPTIONS");
    EXPECT_EQ(exchange->header("Accept-Query"), "");
}

// ---- QUERY ---------------------------------------------------------------------------------------------------------

const fake_exchange::header_map json = {{header::content_type, "application/json"}};

TEST_F(UpstashDialect, SendsAQueryAsWhatMayBeSentAgain)
{
    known_commands = test::known_commands();
    backend.reply(bulk("hello"));
    EXPECT_THAT(send(method::query, "/", R"(["GET","k"])", json), Answers(200, R"({"result":"hello"})"));
    EXPECT_TRUE(backend.batches().back().options.read_only);
    EXPECT_EQ(exchange->routed, telemetry::route::command);
    EXPECT_THAT(exchange->header("Vary"), HasSubstr("Upstash-Encoding"));
    backend.reply(bulk("a") + bulk("b"));
    EXPECT_THAT(
        send(method::query, "/pipeline", R"([["GET","k"],["GET","l"]])", json),
        Answers(200, R"([{"result":"a"},{"result":"b"}])")
    );
    EXPECT_TRUE(backend.batches().back().options.read_only);
}

TEST_F(UpstashDialect, SendsNothingOfAQueryThatWouldWrite)
{
    known_commands = test::known_commands();
    EXPECT_EQ(send(method::query, "/pipeline", R"([["GET","k"],["SET","k","v"]])", json).status(), 422U);
    EXPECT_THAT(exchange->body(), HasSubstr("SET"));
    EXPECT_EQ(send(method::query, "/", R"(["GET","k"])").status(), 400U);
    EXPECT_EQ(send(method::query, "/", R"(["GET","k"])", {{header::content_type, "text/plain"}}).status(), 415U);
    EXPECT_EQ(exchange->header("Accept-Query"), query_types);
    EXPECT_EQ(send(method::query, "/", "", json).status(), 400U);
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(UpstashDialect, TakesNoQueryBeforeItKnowsTheCommands)
{
    EXPECT_EQ(send(method::query, "/", R"(["GET","k"])", json).status(), 503U);
    EXPECT_THAT(exchange->body(), HasSubstr(R"("executed":"no")"));
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(UpstashDialect, SaysWhereQueriesAreTaken)
{
    for (const auto* path : {"/", "/pipeline"}) {
        EXPECT_EQ(send(method::options, path).header("Accept-Query"), query_types) << path;
        EXPECT_EQ(send(method::delete_, path).header("Accept-Query"), query_types) << path;
        EXPECT_EQ(exchange->header("Allow"), "HEAD, GET, POST, PUT, QUERY, OPTIONS") << path;
        EXPECT_EQ(get(path).header("Accept-Query"), query_types) << path;
    }
    for (const auto* path : {"/multi-exec", "/get/k", "/subscribe/c"}) {
        EXPECT_EQ(send(method::options, path).header("Accept-Query"), "") << path;
        EXPECT_THAT(send(method::query, path, R"([["GET","k"]])", json), Answers(405, "")) << path;
        EXPECT_THAT(exchange->header("Allow"), Not(HasSubstr("QUERY"))) << path;
    }
    backend.reply(bulk("hello"));
    EXPECT_EQ(post("/", R"(["GET","k"])").header("Accept-Query"), "") << "of no use to who has no question";
}

TEST_F(UpstashDialect, AsksForATokenBeforeAQuery)
{
    EXPECT_FALSE(dialect->open(fake_exchange(method::query, "/").request()));
    EXPECT_TRUE(dialect->open(fake_exchange(method::delete_, "/").request()));
    EXPECT_FALSE(dialect->open(fake_exchange(method::post, "/").request()));
}

// ---- events --------------------------------------------------------------------------------------------------------

TEST_F(UpstashDialect, EventsMustBeAskedFor)
{
    EXPECT_EQ(get("/subscribe/c").status(), 400U);
    EXPECT_EQ(get("/subscribe", {{header::accept, "text/event-stream"}}).status(), 400U);
}

// ---- tokens for users of Redis -------------------------------------------------------------------------------------

TEST_F(UpstashDialect, SaysHowToAskForATokenOfAUser)
{
    constexpr auto usage = R"({"error":"ERR invalid syntax. Usage: ACL RESTTOKEN username password"})";
    for (const auto* body :
         {R"(["ACL","RESTTOKEN"])", R"(["acl","resttoken","ann"])", R"(["ACL","RESTTOKEN","ann","secret","x"])"})
        EXPECT_THAT(post("/", body), Answers(400, usage)) << body;
    EXPECT_THAT(get("/acl/RestToken/ann"), Answers(400, usage));
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(UpstashDialect, AsksRedisWhetherATokenOfAUserMayBeHad)
{
    backend.reply("-NOPERM this user has no permissions to run the 'acl|setuser' command\r\n");
    EXPECT_THAT(
        post("/", R"(["ACL","RESTTOKEN","ann","secret"])"),
        Answers(400, R"({"error":"NOPERM this user has no permissions to run the 'acl|setuser' command"})")
    );
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("ACL", "SETUSER", "default")));
    EXPECT_FALSE(backend.batches().back().options.read_only);
}

TEST_F(UpstashDialect, GivesNoTokenOfAUserBeforeItsLoginIsProven)
{
    backend.reply(bulk("1") + "+OK\r\n");
    const auto& answer = post("/pipeline", R"([["GET","k"],["ACL","RESTTOKEN","ann","secret"],["GET","k"]])");
    EXPECT_THAT(answer.body(), HasSubstr(R"([{"result":"1"},{"error":"ERR there are no leases here")"));
    EXPECT_THAT(answer.body(), Not(HasSubstr("rdu_")));
    EXPECT_THAT(backend.latest(), ElementsAre(ElementsAre("GET", "k"), ElementsAre("ACL", "SETUSER", "default")))
        << "what stands behind it is not sent";
}

TEST_F(UpstashDialect, HasNoTokensOfUsersInTransactions)
{
    const auto& answer = post("/multi-exec", R"([["GET","k"],["ACL","RESTTOKEN","ann","secret"]])");
    EXPECT_EQ(answer.status(), 400u);
    EXPECT_THAT(answer.body(), HasSubstr("cannot be in a transaction"));
    EXPECT_THAT(backend.batches(), IsEmpty());
}

TEST_F(UpstashDialect, HasNoTokensOfUsersForWhoHasOne)
{
    access::principal guest = *access::anonymous();
    guest.login = std::make_shared<const redis::login>(redis::login{"ann", "secret"});
    guest.passing = true;
    principal = &guest;
    const auto& answer = post("/", R"(["ACL","RESTTOKEN","bob","b"])");
    EXPECT_EQ(answer.status(), 400u);
    EXPECT_THAT(answer.body(), HasSubstr("NOPERM"));
    EXPECT_THAT(backend.batches(), IsEmpty());
    work = {};
}

}   // namespace
}   // namespace rediserve::api::upstash
