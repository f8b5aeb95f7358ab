// A connection with TLS, over a socket pair: who its client is, and what OpenSSL does on its own.
#include "rediserve/http/tls.hpp"
#include "session_fixture.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

namespace rediserve::http {
namespace {

struct closer
{
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, closer>;
using certificate_ptr = std::unique_ptr<X509, closer>;

// A key and a certificate that it has signed itself, in one file.
class identity
{
public:
    identity(const std::string& path, const char* names) : path_(path), key_(EVP_EC_gen("P-256")), made_(X509_new())
    {
        X509_set_version(made_.get(), 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made_.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(made_.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(made_.get()), 3600);
        X509_NAME* const subject = X509_get_subject_name(made_.get());
        add(subject, "O", "Example, Inc.");
        add(subject, "CN", "ci");
        X509_set_issuer_name(made_.get(), subject);
        X509_set_pubkey(made_.get(), key_.get());
        X509V3_CTX context;
        X509V3_set_ctx(&context, made_.get(), made_.get(), nullptr, nullptr, 0);
        X509_EXTENSION* const extension = X509V3_EXT_nconf_nid(nullptr, &context, NID_subject_alt_name, names);
        X509_add_ext(made_.get(), extension, -1);
        X509_EXTENSION_free(extension);
        X509_sign(made_.get(), key_.get(), EVP_sha256());
        const std::unique_ptr<std::FILE, closer> file(std::fopen(path.c_str(), "w"));
        PEM_write_X509(file.get(), made_.get());
        PEM_write_PrivateKey(file.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    }

    const std::string& path() const { return path_; }
    EVP_PKEY* key() const { return key_.get(); }
    X509* certificate() const { return made_.get(); }

private:
    static void add(X509_NAME* to, const char* kind, const char* text)
    {
        const auto* const bytes = reinterpret_cast<const unsigned char*>(text);
        X509_NAME_add_entry_by_txt(to, kind, MBSTRING_UTF8, bytes, -1, -1, 0);
    }

    std::string path_;
    key_ptr key_;
    certificate_ptr made_;
};

class TlsSession : public Session
{
protected:
    void begin(client_certificates clients = client_certificates::off)
    {
        std::signal(SIGPIPE, SIG_IGN);   // which the client's OpenSSL raises
        params settings;
        settings.tls.certificates = {{server_.path(), server_.path()}};
        settings.tls.clients = clients;
        settings.tls.client_ca_file = client_.path();
        auto loaded = tls_server::load(settings.tls);
        ASSERT_TRUE(loaded) << loaded.error().detail;
        settings.handshakes = *loaded;
        arrival how;
        how.peer.secure = true;
        open(settings, std::move(how));
        context_.reset(SSL_CTX_new(TLS_client_method()));
    }

    // Shakes hands as a client; false when that fails.
    bool connect(bool with_certificate = false)
    {
        if (with_certificate) {
            SSL_CTX_use_certificate(context_.get(), client_.certificate());
            SSL_CTX_use_PrivateKey(context_.get(), client_.key());
        }
        tls_.reset(SSL_new(context_.get()));
        SSL_set_fd(tls_.get(), client);
        bool failed = false;
        return test::await([&] {
                   const int done = SSL_connect(tls_.get());
                   run();
                   failed = done != 1 && SSL_get_error(tls_.get(), done) != SSL_ERROR_WANT_READ;
                   return done == 1 || failed;
               })
            && !failed;
    }

    std::string ask_securely(std::string_view request, std::string_view until)
    {
        EXPECT_EQ(
            SSL_write(tls_.get(), request.data(), static_cast<int>(request.size())), static_cast<int>(request.size())
        );
        std::string got;
        EXPECT_TRUE(test::await([&] {
            run();
            char some[20'000];
            for (int n = 0; (n = SSL_read(tls_.get(), some, sizeof some)) > 0;)
                got.append(some, static_cast<std::size_t>(n));
            return got.find(until) != std::string::npos;
        })) << got;
        return got;
    }

    test::temporary_folder folder_;
    identity server_{(folder_.path() / "server.pem").string(), "DNS:localhost"};
    identity client_{
        (folder_.path() / "client.pem").string(),
        "DNS:ci.example, URI:spiffe://example/ci, email:ci@example.org, IP:192.0.2.1"};
    ssl_context context_;
    ssl_session tls_;
};

TEST_F(TlsSession, KnowsItsClientByACertificate)
{
    begin(client_certificates::optional);
    ASSERT_TRUE(connect(true));
    EXPECT_NE(
        ask_securely(get("/peer"), "by 0")
            .find("secure by 0 [CN=ci,O=Example\\, Inc.] [DNS:ci.example] [URI:spiffe://example/ci] "
                  "[email:ci@example.org]"),
        std::string::npos
    );
}

TEST_F(TlsSession, KnowsNothingOfAClientWithoutOne)
{
    begin(client_certificates::optional);
    ASSERT_TRUE(connect());
    EXPECT_TRUE(ask_securely(get("/peer"), "by 0").ends_with("secure by 0"));
    EXPECT_EQ(metrics.tls_done[0].get(), 1);
}

TEST_F(TlsSession, FollowsAChangeOfKeys)
{
    begin();
    ASSERT_TRUE(connect());
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(SSL_key_update(tls_.get(), SSL_KEY_UPDATE_REQUESTED), 1);
        EXPECT_NE(ask_securely(get("/now"), "/now:"), "");
    }
}

TEST_F(TlsSession, TakesRequestsInRecordsOfOneByte)
{
    begin();
    ASSERT_TRUE(connect());
    const std::string request = get("/now");
    for (const char c : request.substr(0, request.size() - 1)) {
        ASSERT_EQ(SSL_write(tls_.get(), &c, 1), 1);
        run();
    }
    EXPECT_NE(ask_securely("\n", "/now:"), "");
}

TEST_F(TlsSession, TakesManyRecordsAtOnce)
{
    begin();
    ASSERT_TRUE(connect());
    for (int i = 0; i < 50; ++i)
        ASSERT_GT(SSL_write(tls_.get(), get("/now").data(), static_cast<int>(get("/now").size())), 0);
    const std::string got = ask_securely(get("/last"), "/last:");
    EXPECT_EQ(count("/now:", got), 50u);
}

TEST_F(TlsSession, SendsMoreThanASocketTakesAtOnce)
{
    begin();
    ASSERT_TRUE(connect());
    const std::string got = ask_securely(get("/big/3000000") + get("/end"), "/end:");
    EXPECT_NE(got.find(std::string(3'000'000, 'x')), std::string::npos);
}

TEST_F(TlsSession, DoesNotEndAStreamThatIsCutOffAsIfItWereComplete)
{
    begin();
    ASSERT_TRUE(connect());
    const std::string_view request = "GET /broken HTTP/1.0\r\n\r\n";
    ASSERT_GT(SSL_write(tls_.get(), request.data(), static_cast<int>(request.size())), 0);
    int why = SSL_ERROR_NONE;
    EXPECT_TRUE(test::await([&] {
        run();
        char some[20'000];
        const int n = SSL_read(tls_.get(), some, sizeof some);
        why = SSL_get_error(tls_.get(), n);
        return n <= 0 && why != SSL_ERROR_WANT_READ;
    }));
    EXPECT_NE(why, SSL_ERROR_ZERO_RETURN);
}

TEST_F(TlsSession, ThatIsSilentIsClosedInTime)
{
    params settings;
    settings.tls.handshake_timeout = 50ms;
    arrival how;
    how.peer.secure = true;
    open(settings, std::move(how));
    EXPECT_TRUE(await_closed());
    EXPECT_EQ(metrics.tls_failed.get(), 1);
}

TEST(TlsServer, SaysWhatIsWrongWithItsFiles)
{
    const test::temporary_folder folder;
    const identity one((folder.path() / "one.pem").string(), "DNS:one.test");
    const auto why = [](const tls_params& from) {
        const auto loaded = tls_server::load(from);
        return loaded ? std::string() : loaded.error().detail;
    };
    tls_params settings;
    EXPECT_NE(why(settings).find("needs a certificate"), std::string::npos);
    settings.certificates = {{one.path(), one.path()}};
    EXPECT_EQ(why(settings), "");
    settings.clients = client_certificates::optional;
    EXPECT_NE(why(settings).find("http.tls.client_ca_file"), std::string::npos);
    settings.client_ca_file = "/nowhere";
    EXPECT_NE(why(settings).find("cannot read"), std::string::npos);
}

TEST(TlsServer, FindsCertificatesByName)
{
    const test::temporary_folder folder;
    const identity one((folder.path() / "one.pem").string(), "DNS:One.test, DNS:*.one.test");
    const identity two((folder.path() / "two.pem").string(), "DNS:two.test, DNS:special.one.test");
    tls_params settings;
    settings.certificates = {{one.path(), one.path()}, {two.path(), two.path()}};
    const auto loaded = tls_server::load(settings);
    ASSERT_TRUE(loaded);
    const auto number = [&](const char* name) {
        const auto* const found = (*loaded)->certificates_for(name);
        return found ? static_cast<int>(found->front()) : -1;
    };
    EXPECT_EQ(number("one.test"), 0);
    EXPECT_EQ(number("ONE.TEST"), 0);
    EXPECT_EQ(number("any.one.test"), 0);
    EXPECT_EQ(number("special.one.test"), 1) << "rather than the wildcard";
    EXPECT_EQ(number("two.test"), 1);
    EXPECT_EQ(number("a.b.one.test"), -1);
    EXPECT_EQ(number(".one.test"), -1);
    EXPECT_EQ(number("three.test"), -1);
    EXPECT_EQ(number("ci"), -1) << "the common name counts for nothing where there are others";
}

}   // namespace
}   // namespace rediserve::http
