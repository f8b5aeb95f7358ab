// Session tickets whose keys are renewed: what is still resumed, and what is not.
#include "http/ticket_keys.hpp"

#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace rediserve::http {
namespace {

using namespace std::chrono_literals;

struct closer
{
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using ticket = std::unique_ptr<SSL_SESSION, closer>;

constexpr auto period = ticket_keys::period;

// A server and a client that talk through memory.
class TicketKeys : public testing::TestWithParam<int>
{
protected:
    TicketKeys()
    {
        certify();
        SSL_CTX_set_session_cache_mode(server_.get(), SSL_SESS_CACHE_OFF);
        SSL_CTX_set_session_cache_mode(client_.get(), SSL_SESS_CACHE_CLIENT);
        SSL_CTX_set_max_proto_version(client_.get(), GetParam());
        EXPECT_TRUE(use_ticket_keys(server_.get(), keys_));
    }

    // Shakes hands; says whether the session was resumed, and which ticket the client has now.
    bool resumes(ticket& with)
    {
        ssl_session server(SSL_new(server_.get()));
        ssl_session client(SSL_new(client_.get()));
        join(server.get(), client.get());
        if (with)
            SSL_set_session(client.get(), with.get());
        bool done = false;
        for (int turn = 0; turn < 20; ++turn) {
            char some = 0;
            done = SSL_connect(client.get()) == 1 && SSL_accept(server.get()) == 1;
            if (!done)
                SSL_accept(server.get());
            else
                SSL_read(client.get(), &some, 1);   // tickets of TLS 1.3 come behind the handshake
        }
        EXPECT_TRUE(done);
        const bool resumed = SSL_session_reused(client.get()) == 1;
        with.reset(SSL_get1_session(client.get()));
        SSL_shutdown(client.get());
        return resumed;
    }

    ticket_keys keys_;
    const ticket_keys::time now_ = std::chrono::steady_clock::now();

private:
    void certify()
    {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
        X509_set_pubkey(made.get(), key.get());
        X509_sign(made.get(), key.get(), EVP_sha256());
        EXPECT_EQ(SSL_CTX_use_cert_and_key(server_.get(), made.get(), key.get(), nullptr, 1), 1);
    }

    static void join(SSL* server, SSL* client)
    {
        BIO* one = nullptr;
        BIO* other = nullptr;
        BIO_new_bio_pair(&one, 0, &other, 0);
        SSL_set_bio(server, one, one);
        SSL_set_bio(client, other, other);
    }

    ssl_context server_{SSL_CTX_new(TLS_server_method())};
    ssl_context client_{SSL_CTX_new(TLS_client_method())};
};

TEST_P(TicketKeys, ResumeASession)
{
    ticket mine;
    EXPECT_FALSE(resumes(mine));
    EXPECT_TRUE(resumes(mine));
}

TEST_P(TicketKeys, ResumeItAcrossARenewal)
{
    ticket mine;
    EXPECT_FALSE(resumes(mine));
    ASSERT_TRUE(keys_.newest(now_ + period + 1min));
    EXPECT_TRUE(resumes(mine)) << "the key before is still good";
    ASSERT_TRUE(keys_.newest(now_ + 2 * period + 2min));
    EXPECT_TRUE(resumes(mine)) << "who came back has a ticket of the newer key";
}

TEST_P(TicketKeys, ResumeNothingOfTheKeyBeforeThat)
{
    ticket mine;
    EXPECT_FALSE(resumes(mine));
    ASSERT_TRUE(keys_.newest(now_ + period + 1min));
    ASSERT_TRUE(keys_.newest(now_ + 2 * period + 2min));
    EXPECT_FALSE(resumes(mine));
}

std::string version(const testing::TestParamInfo<int>& of)
{
    return of.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
}

INSTANTIATE_TEST_SUITE_P(Of, TicketKeys, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION), version);

TEST(TicketKey, IsKeptForAPeriodAndKnownForAnother)
{
    ticket_keys keys;
    const auto now = std::chrono::steady_clock::now();
    const auto first = keys.newest(now);
    ASSERT_TRUE(first);
    EXPECT_EQ(keys.newest(now + period - 1s)->name, first->name);
    EXPECT_TRUE(keys.find(first->name.data(), now + period - 1s)->newest);
    EXPECT_FALSE(keys.find(first->name.data(), now + period)->newest);
    const auto second = keys.newest(now + period);
    EXPECT_NE(second->name, first->name);
    EXPECT_NE(second->cipher, first->cipher);
    EXPECT_NE(second->seal, first->seal);
    EXPECT_TRUE(keys.find(first->name.data(), now + 2 * period - 1s));
    EXPECT_FALSE(keys.find(first->name.data(), now + 2 * period));
    EXPECT_FALSE(keys.find(second->name.data(), now + 4 * period)) << "nobody came meanwhile";
}

}   // namespace
}   // namespace rediserve::http
