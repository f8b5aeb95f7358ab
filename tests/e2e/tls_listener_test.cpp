// HTTPS: handshakes, certificates, and HTTP on top.
#include "e2e/rest_test.hpp"
#include "e2e/tls_client.hpp"
#include "support/sanitizer.hpp"

#include <openssl/ssl.h>

#include <csignal>
#include <filesystem>

namespace rediserve::test {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class Tls : public testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        issuer = std::make_unique<authority>();
        issuer->issue("one", "DNS:one.test,DNS:*.one.test");
        issuer->issue("two", "DNS:two.test");
        issuer->issue("rsa", "DNS:one.test", "rsa");
        issuer->issue("client", "DNS:client.test,URI:spiffe://example/client");
        stranger = std::make_unique<authority>();
        stranger->issue("client", "DNS:client.test");
    }
    static void TearDownTestSuite()
    {
        issuer.reset();
        stranger.reset();
    }

    void start(std::map<std::string, std::string> environment = {}, const std::string& options = {})
    {
        environment.emplace("REDISERVE_HTTP_TLS_CERTIFICATES", issuer->pair("one") + "," + issuer->pair("two"));
        rest.emplace(
            std::vector<std::string>{"--listen", "https://127.0.0.1:0" + options, "--redis", redis.url()}, environment
        );
        ASSERT_TRUE(rest->await_ready());
        ASSERT_EQ(rest->urls().size(), 2u);
        ASSERT_TRUE(rest->urls()[1].starts_with("https://"));
        address = rest->urls()[1].substr(8);
    }

    double handshakes(const std::string& result) const
    {
        return metric(rest->request("GET", "/metrics").body, "rediserve_http_tls_handshakes_total", '"' + result + '"');
    }
    double listeners() const
    {
        return metric(rest->request("GET", "/metrics").body, "rediserve_redis_subscribers", "");
    }

    tls_client::options known(const std::string& name) const
    {
        tls_client::options how;
        how.name = name;
        how.authority = issuer->file();
        return how;
    }

    static std::unique_ptr<authority> issuer;
    static std::unique_ptr<authority> stranger;
    redis_server redis;
    std::optional<gateway> rest;
    std::string address;
};

std::unique_ptr<authority> Tls::issuer;
std::unique_ptr<authority> Tls::stranger;

TEST_F(Tls, CarriesRequests)
{
    start();
    tls_client client(address, known("one.test"));
    EXPECT_EQ(client.protocol(), "TLSv1.3");
    EXPECT_THAT(client.request("PUT", "/keys/k", "value"), HasStatus(201));
    EXPECT_THAT(client.request("GET", "/keys/k?raw"), Answers(200, "value"));
    EXPECT_EQ(handshakes("full"), 1);
}

TEST_F(Tls, IsWhatCurlExpects)
{
    start();
    process::options how;
    const std::string port = address.substr(address.rfind(':') + 1);
    how.command = {
        "curl",
        "-sS",
        "--max-time",
        "20",
        "--cacert",
        issuer->file(),
        "--resolve",
        "one.test:" + port + ":127.0.0.1",
        "https://one.test:" + port + "/livez",
        "https://one.test:" + port + "/livez"};
    process curl(how);
    EXPECT_EQ(curl.wait(), 0);
    EXPECT_THAT(curl.output(), HasSubstr(R"({"status":"ok"})"));
}

TEST_F(Tls, ShowsTheCertificateForTheNameThatIsAskedFor)
{
    start();
    EXPECT_EQ(tls_client(address, known("one.test")).subject(), "one");
    EXPECT_EQ(tls_client(address, known("any.one.test")).subject(), "one");
    EXPECT_EQ(tls_client(address, known("two.test")).subject(), "two");
    EXPECT_EQ(tls_client(address, known("TWO.test")).subject(), "two");
    EXPECT_EQ(tls_client(address).subject(), "one") << "nobody was asked for";
    EXPECT_THAT(refusal(address, known("three.test")), HasSubstr("certificate verify failed"));
    EXPECT_THAT(refusal(address, known("a.b.one.test")), HasSubstr("certificate verify failed"));
}

TEST_F(Tls, ShowsTheCertificateWhoseKeyAClientCanCheck)
{
    start(
        {{"REDISERVE_HTTP_TLS_CERTIFICATES",
          issuer->pair("two") + "," + issuer->pair("one") + "," + issuer->pair("rsa")}}
    );
    auto how = known("one.test");
    EXPECT_EQ(tls_client(address, how).subject(), "one");
    const std::string port = address.substr(address.rfind(':') + 1);
    process::options openssl;
    openssl.command = {
        "sh", "-c",
        "openssl s_client -connect 127.0.0.1:" + port
            + " -servername one.test -sigalgs "
              "rsa_pss_rsae_sha256 </dev/null"};
    process client(openssl);
    client.wait();
    EXPECT_THAT(client.output(), HasSubstr("CN = rsa"));
}

TEST_F(Tls, SpeaksNoOldVersion)
{
    start();
    auto how = known("one.test");
    how.version = TLS1_1_VERSION;
    EXPECT_THAT(refusal(address, how), HasSubstr("handshake"));
    how.version = TLS1_2_VERSION;
    EXPECT_EQ(refusal(address, how), "answered 200");
    how.version = TLS1_3_VERSION;
    EXPECT_EQ(refusal(address, how), "answered 200");
    EXPECT_EQ(handshakes("failed"), 1);
}

TEST_F(Tls, AgreesOnHttp11AndNothingElse)
{
    start();
    auto how = known("one.test");
    how.alpn = "\x02h2\x08http/1.1";
    EXPECT_EQ(tls_client(address, how).alpn(), "http/1.1");
    how.alpn = "\x02h2";
    EXPECT_THAT(refusal(address, how), HasSubstr("no application protocol"));
}

TEST_F(Tls, ResumesASessionOnAnyThread)
{
    start({{"REDISERVE_THREADS", "2"}});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto how = known("one.test");
        how.version = version;
        tls_client first(address, how);
        first.request("GET", "/livez");
        EXPECT_FALSE(first.resumed());
        how.resume = first.session();
        for (int i = 0; i < 4; ++i) {
            tls_client again(address, how);
            EXPECT_THAT(again.request("GET", "/livez"), HasStatus(200));
            EXPECT_TRUE(again.resumed()) << version;
            again.close_notify();
        }
    }
    EXPECT_EQ(handshakes("resumed"), 8);
}

TEST_F(Tls, DemandsACertificateOfItsClients)
{
    start(
        {{"REDISERVE_HTTP_TLS_CLIENT_CERTIFICATES", "required"}, {"REDISERVE_HTTP_TLS_CLIENT_CA_FILE", issuer->file()}}
    );
    auto how = known("one.test");
    EXPECT_THAT(refusal(address, how), testing::Not(HasSubstr("answered")));
    how.identity = stranger->path("client");
    EXPECT_THAT(refusal(address, how), testing::Not(HasSubstr("answered")));
    how.identity = issuer->path("client");
    EXPECT_EQ(refusal(address, how), "answered 200");
}

TEST_F(Tls, NeedsNoTokenBeyondLoopbackWhereItDemandsCertificates)
{
    const std::map<std::string, std::string> demanding = {
        {"REDISERVE_HTTP_TLS_CERTIFICATES", issuer->pair("one")},
        {"REDISERVE_HTTP_TLS_CLIENT_CERTIFICATES", "required"},
        {"REDISERVE_HTTP_TLS_CLIENT_CA_FILE", issuer->file()},
    };
    const auto checked = [&](const std::string& listen, const std::map<std::string, std::string>& environment) {
        return run({"--check-config", "--redis", redis.url(), "--listen", listen}, environment);
    };
    EXPECT_EQ(checked("https://0.0.0.0:3443", demanding).code, 0);
    EXPECT_EQ(checked("0.0.0.0:3000", demanding).code, 78);
    auto asking = demanding;
    asking["REDISERVE_HTTP_TLS_CLIENT_CERTIFICATES"] = "optional";
    const auto refused = checked("https://0.0.0.0:3443", asking);
    EXPECT_EQ(refused.code, 78);
    EXPECT_THAT(refused.output, HasSubstr("listening on https://0.0.0.0:3443"));
}

TEST_F(Tls, AsksItsClientsForACertificate)
{
    start(
        {{"REDISERVE_HTTP_TLS_CLIENT_CERTIFICATES", "optional"}, {"REDISERVE_HTTP_TLS_CLIENT_CA_FILE", issuer->file()}}
    );
    auto how = known("one.test");
    EXPECT_EQ(refusal(address, how), "answered 200");
    how.identity = issuer->path("client");
    EXPECT_EQ(refusal(address, how), "answered 200");
    how.identity = stranger->path("client");
    EXPECT_THAT(refusal(address, how), testing::Not(HasSubstr("answered"))) << "a wrong one is worse than none";
}

TEST_F(Tls, TakesACertificateForCredentials)
{
    const configuration who(
        R"({"principals": {"machine": {"rules": "+get ~mine:*", "certificates": ["URI:spiffe://example/client"]}}})"
    );
    start(
        {{"REDISERVE_HTTP_TLS_CLIENT_CERTIFICATES", "optional"},
         {"REDISERVE_HTTP_TLS_CLIENT_CA_FILE", issuer->file()},
         {"REDISERVE_ACCESS", who.path()}}
    );
    auto how = known("one.test");
    EXPECT_THAT(tls_client(address, how).request("GET", "/keys/mine:k"), Fails(401, "unauthorized"));
    how.identity = issuer->path("client");
    tls_client machine(address, how);
    EXPECT_THAT(machine.request("GET", "/keys/mine:k"), Fails(404, "not_found"));
    EXPECT_THAT(machine.request("GET", "/keys/other"), Fails(403, "forbidden"));
}

TEST_F(Tls, TellsWhoDidNotSayHttps)
{
    start();
    for (const std::string_view request : {"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", "POST / HTTP/1.1\r\n", "X"}) {
        http_connection plain(address);
        plain.send(request);
        const std::string answer = plain.read_to_end();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
        EXPECT_THAT(answer, HasSubstr("this port speaks HTTPS"));
        EXPECT_THAT(answer, HasSubstr("Connection: close"));
    }
}

TEST_F(Tls, ClosesOnGarbage)
{
    start();
    const std::string zeros(1000, '\0');
    const std::string old_hello = std::string("\x80\x2e\x01\x00\x02", 5) + std::string(100, 'x');
    const std::string large_record = std::string("\x16\x03\x01\x40\x00", 5) + std::string(20'000, '\xff');
    double failed = 0;
    for (const std::string& garbage : {zeros, old_hello, large_record}) {
        http_connection client(address);
        client.send(garbage);
        ++failed;
        EXPECT_TRUE(await([&] { return handshakes("failed") == failed; })) << failed;
    }
    EXPECT_EQ(refusal(address, known("one.test")), "answered 200");
}

TEST_F(Tls, WaitsForAHandshakeSoLongAndNoLonger)
{
    start({{"REDISERVE_HTTP_TLS_HANDSHAKE_TIMEOUT", "300ms"}});
    http_connection silent(address);
    http_connection slow(address);
    slow.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
    EXPECT_TRUE(await([&] { return silent.closed_by_peer(); }));
    EXPECT_TRUE(await([&] { return slow.closed_by_peer(); }));
    EXPECT_EQ(handshakes("failed"), 2);
}

TEST_F(Tls, CarriesLargeBodiesBothWays)
{
    start({{"REDISERVE_HTTP_LIMITS_BODY", "64m"}});
    std::string body((under_sanitizer ? 8U : 64U) << 20U, '\0');   // there, growing a buffer copies it
    std::uint32_t state = 1;
    for (char& byte : body) {
        state = state * 1664525u + 1013904223u;
        byte = static_cast<char>(state >> 24);
    }
    tls_client client(address, known("one.test"));
    EXPECT_THAT(client.request("PUT", "/keys/large", body), HasStatus(201));
    const auto answer = client.request("GET", "/keys/large?raw");
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.body == body) << answer.body.size();
}

TEST_F(Tls, AnswersPipelinedRequestsInTheirOrder)
{
    redis.cli({"set", "k", "v"});
    start();
    tls_client client(address, known("one.test"));
    std::string all;
    for (int i = 0; i < 200; ++i)
        all += i % 2 == 0 ? "GET /keys/k?raw HTTP/1.1\r\nHost: x\r\n\r\n" : "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
    client.send(all);
    for (int i = 0; i < 200; ++i)
        EXPECT_THAT(client.read(), Answers(200, i % 2 == 0 ? "v" : R"({"status":"ok"})")) << i;
}

TEST_F(Tls, AnswersAClientThatSaysItIsDone)
{
    start();
    tls_client said(address, known("one.test"));
    said.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    said.close_notify();
    EXPECT_THAT(said.read(), HasStatus(200));
    EXPECT_EQ(said.read_some(), "");
    EXPECT_TRUE(said.proper());

    tls_client silent(address, known("one.test"));
    silent.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    silent.shut_write();
    EXPECT_THAT(silent.read(), HasStatus(200)) << "and so does one that only closes its side";
}

TEST_F(Tls, TakesNoRequestThatIsCutOff)
{
    start();
    tls_client client(address, known("one.test"));
    client.send("PUT /keys/cut HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    client.shut_write();
    EXPECT_THAT(client.read(), HasStatus(400));
    EXPECT_EQ(redis.cli({"exists", "cut"}), "0");
}

TEST_F(Tls, SaysWhenItHasSaidAll)
{
    start();
    tls_client client(address, known("one.test"));
    client.send("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.read(), HasStatus(200));
    EXPECT_EQ(client.read_some(), "");
    EXPECT_TRUE(client.proper());
}

TEST_F(Tls, CarriesEvents)
{
    start();
    tls_client listening(address, known("one.test"));
    listening.send(
        "POST /subscribe/news HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Length: 2\r\n\r\n[]"
    );
    std::string got;
    const auto await_text = [&](std::string_view text) {
        while (got.find(text) == std::string::npos) {
            const std::string some = listening.read_some();
            ASSERT_FALSE(some.empty()) << got;
            got += some;
        }
    };
    await_text("data: subscribe,news,1");
    redis.cli({"publish", "news", "hello"});
    await_text("data: message,news,hello");
    EXPECT_EQ(listeners(), 1);
    listening.close_notify();
    EXPECT_TRUE(await([&] { return listeners() == 0; })) << "it has left";
}

class TlsReload : public Tls
{
protected:
    // A configuration whose certificate is whatever lies at `current`.
    void begin()
    {
        install("one");
        const std::string current = (folder.path() / "current").string();
        start({{"REDISERVE_HTTP_TLS_CERTIFICATES", current + ".pem:" + current + ".key"}});
    }

    void install(const std::string& name)
    {
        namespace fs = std::filesystem;
        for (const std::string kind : {".pem", ".key"})
            fs::copy_file(
                issuer->path(name + kind), folder.path() / ("current" + kind), fs::copy_options::overwrite_existing
            );
    }

    void reload(std::string_view until)
    {
        const auto before = count(until);
        rest->process().signal(SIGHUP);
        ASSERT_TRUE(await([&] { return count(until) > before; })) << rest->process().output();
    }

    std::size_t count(std::string_view what)
    {
        const std::string log = rest->process().output();
        std::size_t n = 0;
        for (auto at = log.find(what); at != std::string::npos; at = log.find(what, at + 1))
            ++n;
        return n;
    }

    temporary_folder folder;
};

TEST_F(TlsReload, ShowsANewCertificateAndDropsNoConnection)
{
    begin();
    tls_client before(address);
    EXPECT_EQ(before.subject(), "one");
    before.request("GET", "/livez");
    tls_client::options resumed;
    resumed.resume = before.session();
    install("two");
    reload("\"reloaded\"");
    EXPECT_TRUE(await([&] { return tls_client(address).subject() == "two"; }));
    EXPECT_THAT(before.request("GET", "/livez"), HasStatus(200));
    tls_client after(address, resumed);
    EXPECT_FALSE(after.resumed()) << "tickets go with the certificates";
    EXPECT_THAT(after.request("GET", "/livez"), HasStatus(200));
}

TEST_F(TlsReload, KeepsWhatItHasWhenTheFilesAreBad)
{
    begin();
    std::filesystem::copy_file(
        issuer->path("two.key"), folder.path() / "current.key", std::filesystem::copy_options::overwrite_existing
    );
    reload("\"refused\"");
    EXPECT_EQ(tls_client(address).subject(), "one");
    std::filesystem::remove(folder.path() / "current.pem");
    reload("\"refused\"");
    EXPECT_EQ(tls_client(address).subject(), "one");
}

TEST_F(Tls, DoesNotStartWithoutACertificateThatFits)
{
    const auto refused = [&](const std::string& certificates) {
        process::options how;
        how.command = {binary(), "--listen", "https://127.0.0.1:0", "--redis", redis.url()};
        how.environment = {{"REDISERVE_HTTP_TLS_CERTIFICATES", certificates}};
        how.clear_environment = true;
        process started(how);
        EXPECT_EQ(started.wait(), 78) << certificates;
        return started.output();
    };
    EXPECT_THAT(refused(""), HasSubstr("needs a certificate"));
    EXPECT_THAT(refused("/nowhere.pem"), HasSubstr("cannot read the certificate /nowhere.pem"));
    EXPECT_THAT(refused(issuer->path("one.pem") + ":" + issuer->path("two.key")), HasSubstr("that fits"));
    EXPECT_THAT(refused(issuer->path("one.key") + ":" + issuer->path("one.key")), HasSubstr("no usable certificate"));
}

// ---- behind a proxy ----

TEST_F(Tls, ComesBehindAProxysHeader)
{
    start({{"REDISERVE_HTTP_TRUSTED_PROXIES", "127.0.0.0/8"}}, "?proxy_protocol=on");
    auto how = known("one.test");
    how.before = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";
    EXPECT_EQ(refusal(address, how), "answered 200");
    how.before = std::string("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16);
    EXPECT_EQ(refusal(address, how), "answered 200");
    how.before.clear();
    EXPECT_THAT(refusal(address, how), HasSubstr("handshake"));
    http_connection plain(address);
    plain.send("PROXY UNKNOWN\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(plain.read_to_end(), HasSubstr("this port speaks HTTPS"));
}

}   // namespace
}   // namespace rediserve::test
