#include "access/jwt_keys.hpp"
#include "unit/access/jwt_signer.hpp"

#include <gtest/gtest.h>

namespace rediserve::access {
namespace {

using namespace test;

std::string refusal(std::string_view document)
{
    const auto keys = read_keys(document);
    return keys ? "read" : keys.error().detail;
}

TEST(JwtKeys, ReadsPemAndCertificates)
{
    for (const signer* one : {&rs256(), &es256(), &eddsa()}) {
        EXPECT_EQ(outcome(*verifier_of(one->pem()), one->token(good_claims())), "verified");
        EXPECT_EQ(outcome(*verifier_of(one->certificate()), one->token(good_claims())), "verified");
        EXPECT_EQ(outcome(*verifier_of("a comment\n" + one->pem()), one->token(good_claims())), "verified");
    }
}

TEST(JwtKeys, KeyWithoutAnIdVerifiesWhateverTheTokenCallsIt)
{
    const auto token = es256().token(R"({"alg":"ES256","kid":"k1"})", good_claims());
    EXPECT_EQ(outcome(*verifier_of(es256().pem()), token), "verified");
}

TEST(JwtKeys, TriesAllKeysOfAnAlgorithm)
{
    const signer other(jwt_algorithm::es256);
    const auto verifier = verifier_of(jwks(other.jwk(R"(,"kid":"a")") + "," + es256().jwk(R"(,"kid":"b")")));
    EXPECT_EQ(outcome(*verifier, es256().token(good_claims())), "verified");
    EXPECT_EQ(outcome(*verifier, es256().token(R"({"alg":"ES256","kid":"b"})", good_claims())), "verified");
    EXPECT_EQ(
        outcome(*verifier, es256().token(R"({"alg":"ES256","kid":"a"})", good_claims())),
        "the token's signature is wrong"
    );
}

TEST(JwtKeys, RefusesPrivateKeys)
{
    EXPECT_EQ(refusal(rs256().private_pem()), "its PEM block is no certificate and no public key (BEGIN PUBLIC KEY)");
    EXPECT_EQ(
        refusal(jwks(rs256().jwk(R"(,"d":"AQAB")"))), "key 1: it is a private key: only the public part belongs here"
    );
}

TEST(JwtKeys, RefusesWeakKeys)
{
    const signer weak(jwt_algorithm::rs256, 1024);
    EXPECT_EQ(refusal(weak.pem()), "an RSA key must have 2048 bits or more");
    EXPECT_EQ(refusal(jwks(weak.jwk())), "key 1: an RSA key must have 2048 bits or more");
    EXPECT_EQ(refusal(jwks(R"({"kty":"oct","k":"c2hvcnQ"})")), "key 1: a secret for HS256 must have 32 bytes or more");
    const auto made = jwt_verifier::make({.secret = std::string(31, 'x')});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, errc::bad_configuration);
}

TEST(JwtKeys, RefusesBrokenKeys)
{
    const std::string zeros(43, 'A');
    for (const std::string& key : {
             std::string(R"({"kty":"RSA","n":"AQAB"})"),
             std::string(R"({"kty":"RSA","n":"A","e":"AQAB"})"),
             rs256().jwk().replace(rs256().jwk().find("\"AQAB\""), 6, "\"AQ\""),            // an exponent of one
             R"({"kty":"EC","crv":"P-256","x":")" + zeros + R"(","y":")" + zeros + "\"}",   // not on the curve
             R"({"kty":"EC","crv":"P-256","x":")" + zeros + "\"}",
             std::string(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})"),
         })
        EXPECT_EQ(refusal(jwks(key)), "key 1: its numbers are missing or wrong") << key;
    EXPECT_EQ(refusal(jwks(R"({"kty":"oct"})")), "key 1: its member k is missing or wrong");
}

TEST(JwtKeys, PassesOverWhatIsForSomethingElse)
{
    for (const std::string& other :
         {es256().jwk(R"(,"use":"enc")"), es256().jwk(R"(,"alg":"ES384")"), es256().jwk(R"(,"alg":"HS256")"),
          rs256().jwk(R"(,"alg":"PS256")"), rs256().jwk(R"(,"alg":"HS256")"), es256().jwk(R"(,"key_ops":["sign"])"),
          std::string(R"({"kty":"EC","crv":"P-384","x":"","y":""})"), std::string(R"({"kty":"OKP","crv":"X25519"})"),
          std::string(R"({"kty":"AKP"})"), std::string("{}")}) {
        EXPECT_EQ(refusal(jwks(other)), "none of its keys is for signatures by RS256, ES256, EdDSA or HS256") << other;
        const auto keys =
            read_keys(jwks(other + "," + eddsa().jwk(R"(,"use":"sig","alg":"EdDSA","key_ops":["verify"])")));
        ASSERT_TRUE(keys);
        ASSERT_EQ(keys->size(), 1u);
        EXPECT_EQ(keys->front().algorithm(), jwt_algorithm::eddsa);
    }
}

TEST(JwtKeys, RefusesWhatIsNoDocumentOfKeys)
{
    for (const auto* text :
         {"", "x", "[]", "-----BEGIN", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
          "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "{", "{}", R"({"keys":{}})",
          R"({"keys":[1]})", R"({"keys":[]})", R"({"keys":[],"keys":[]})"})
        EXPECT_NE(refusal(text), "read") << text;
    EXPECT_EQ(
        refusal(rs256().pem() + es256().pem()), "it has more than one PEM block: of several keys, make a JWKS document"
    );
    std::string many = eddsa().jwk();
    for (int i = 0; i < 32; ++i)
        many += "," + eddsa().jwk();
    EXPECT_EQ(refusal(jwks(many)), "it has more than 32 keys");
}

TEST(JwtKeys, RefusesCurvesThatAreNotForUs)
{
    EXPECT_EQ(
        refusal("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEAhSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=\n"
                "-----END PUBLIC KEY-----\n"),   // X25519: for agreement, not for signatures
        "the key is for no algorithm that is known: RSA, EC P-256 and Ed25519 are"
    );
}

TEST(JwtKeys, KeepsOnlyAdmittedAlgorithms)
{
    const std::string both = jwks(hs256().jwk() + "," + eddsa().jwk());
    const auto verifier = verifier_of(both, {.algorithms = {jwt_algorithm::eddsa}});
    ASSERT_TRUE(verifier);
    EXPECT_EQ(outcome(*verifier, eddsa().token(good_claims())), "verified");
    EXPECT_EQ(outcome(*verifier, hs256().token(good_claims())), "no key is known by which the token could be signed");
    EXPECT_FALSE(verifier_of(both, {.algorithms = {jwt_algorithm::rs256}}));
}

TEST(JwtKeys, ComeFromOnePlace)
{
    EXPECT_TRUE(jwt_verifier::make({.secret = hs256().secret()}));
    for (const jwt_params& settings :
         {jwt_params{}, jwt_params{.keys_file = "a", .secret = hs256().secret()},
          jwt_params{.keys_file = "/nowhere/keys"}}) {
        const auto made = jwt_verifier::make(settings);
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code, errc::bad_configuration);
    }
    EXPECT_EQ(jwt_verifier::make({.keys_file = "/nowhere/keys"}).error().detail, "/nowhere/keys: cannot be read");
}

}   // namespace
}   // namespace rediserve::access
