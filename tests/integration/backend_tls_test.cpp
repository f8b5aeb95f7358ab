// TLS towards Redis: what is verified, and what is said when it is not right.
#include "integration/backend_fixture.hpp"
#include "integration/certificates.hpp"
#include "integration/listener.hpp"

namespace rediserve::redis {
namespace {

using testing::HasSubstr;

class BackendTls : public BackendTest
{
protected:
    static const certificates& files()
    {
        static const certificates the_ones;
        return the_ones;
    }

    // Starts a server that speaks TLS only, with the certificate `name`.
    void serve_with(const std::string& name, const char* clients = "no")
    {
        port_ = test::free_port();
        server_.emplace(test::redis_server::options{
            .tcp = false,
            .arguments = {
                "--tls-port", std::to_string(port_), "--tls-cert-file", files()((name + ".crt").c_str()),
                "--tls-key-file", files()((name + ".key").c_str()), "--tls-ca-cert-file", files()("ca.crt"),
                "--tls-auth-clients", clients}});
    }

    void connect_to(const char* host, params settings)
    {
        settings.connect_timeout = std::chrono::seconds(10);   // sanitizers make handshakes slow
        connect(settings, "rediss://" + std::string(host) + ":" + std::to_string(port_));
    }

    static params trusting(const char* authority)
    {
        params settings;
        settings.tls.ca_file = files()(authority);
        return settings;
    }

    std::uint16_t port_ = 0;
    std::optional<test::redis_server> server_;
};

TEST_F(BackendTls, WorksWithAVerifiedServerByAddressAndByName)
{
    serve_with("server");
    for (const auto* const host : {"127.0.0.1", "localhost"}) {
        connect_to(host, trusting("ca.crt"));
        EXPECT_EQ(ask(batch::of("SET", "k", std::string(300'000, 'x'))), "+OK") << backend->health().why;
        EXPECT_EQ(ask(batch::of("STRLEN", "k")), ":300000");
        backend->stop();
    }
}

TEST_F(BackendTls, CarriesManyMegabytes)
{
    serve_with("server");
    connect_to("localhost", trusting("ca.crt"));
    std::string value(8 << 20, '\0');
    for (std::size_t at = 0; at < value.size(); ++at)
        value[at] = static_cast<char>(at * 11 + at / 253);
    batch set;
    set.begin(3).argument(std::string_view("SET")).argument(std::string_view("large"));
    set.argument(payload(buffer(value)));
    EXPECT_EQ(ask(std::move(set)), "+OK");
    EXPECT_TRUE(ask(batch::of("GET", "large")) == value);
}

TEST_F(BackendTls, CarriesWhatIsPublished)
{
    serve_with("server");
    connect_to("localhost", trusting("ca.crt"));
    listener one;
    auto asked = backend->subscribe(subscription_kind::channel, "c", one);
    ASSERT_TRUE(asked);
    one.hold = std::move(*asked);
    ASSERT_TRUE(turn_until([&] { return one.subscribed == 1; }, std::chrono::seconds(30)));
    const std::string large(3 << 20, 'x');
    EXPECT_EQ(ask(batch::of("PUBLISH", "c", large)), ":1");
    ASSERT_TRUE(turn_until([&] { return one.messages.size() == 1; }));
    EXPECT_TRUE(one.messages.front() == large);
}

TEST_F(BackendTls, RefusesAnUnknownAuthority)
{
    serve_with("server");
    connect_to("localhost", trusting("other.crt"));
    EXPECT_EQ(ask(batch::of("PING")), "400 no");
    EXPECT_THAT(backend->health().why, HasSubstr("certificate verify failed"));
}

TEST_F(BackendTls, RefusesACertificateForAnotherName)
{
    serve_with("elsewhere");
    connect_to("localhost", trusting("ca.crt"));
    EXPECT_EQ(ask(batch::of("PING")), "400 no");
    EXPECT_THAT(backend->health().why, HasSubstr("ostname mismatch"));
}

TEST_F(BackendTls, TakesTheNameThatIsConfigured)
{
    serve_with("elsewhere");
    auto settings = trusting("ca.crt");
    settings.tls.server_name = "elsewhere.invalid";
    connect_to("127.0.0.1", settings);
    EXPECT_EQ(ask(batch::of("PING")), "+PONG") << backend->health().why;
}

TEST_F(BackendTls, TakesAnythingWhenToldSoInPlainWords)
{
    serve_with("elsewhere");
    params settings;
    settings.tls.insecure = true;
    connect_to("localhost", settings);
    EXPECT_EQ(ask(batch::of("PING")), "+PONG") << backend->health().why;
}

TEST_F(BackendTls, ShowsItsCertificateWhereOneIsAskedFor)
{
    serve_with("server", "yes");
    auto settings = trusting("ca.crt");
    settings.tls.certificate_file = files()("client.crt");
    settings.tls.key_file = files()("client.key");
    connect_to("localhost", settings);
    EXPECT_EQ(ask(batch::of("PING")), "+PONG") << backend->health().why;
}

TEST_F(BackendTls, IsRefusedWithoutACertificateWhereOneIsAskedFor)
{
    serve_with("server", "yes");
    connect_to("localhost", trusting("ca.crt"));
    EXPECT_EQ(ask(batch::of("PING")), "400 no");
    EXPECT_THAT(backend->health().why, HasSubstr("localhost"));
}

TEST_F(BackendTls, SaysWhichFileCannotBeRead)
{
    serve_with("server");
    params settings;
    settings.tls.ca_file = "/nowhere/ca.crt";
    connect_to("localhost", settings);
    EXPECT_EQ(ask(batch::of("PING")), "400 no");
    EXPECT_THAT(backend->health().why, HasSubstr("/nowhere/ca.crt"));
}

TEST_F(BackendTls, SaysThatTheOtherSideDoesNotSpeakIt)
{
    params settings;
    settings.tls.insecure = true;
    settings.connect_timeout = std::chrono::seconds(2);
    connect(settings, "rediss://127.0.0.1:" + std::to_string(server().port()));
    EXPECT_EQ(ask(batch::of("PING")), "400 no");
    EXPECT_THAT(backend->health().why, testing::AnyOf(HasSubstr("tls"), HasSubstr("within")));
}

}   // namespace
}   // namespace rediserve::redis
