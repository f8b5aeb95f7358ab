// What somebody would try who has seen tokens, knows the public keys, and cannot sign.
#include "unit/access/jwt_signer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rediserve::access {
namespace {

using namespace test;

constexpr std::string_view bad_signature = "the token's signature is wrong";
constexpr std::string_view bad_algorithm = "the token is not signed by an algorithm that is accepted";
constexpr std::string_view no_key = "no key is known by which the token could be signed";
constexpr std::string_view bad_claims = "the token's claims are no JSON object, or say a thing twice";
constexpr std::string_view bad_header = "the token's header is no JSON object in base64url, or says a thing twice";

// All keys at once, as one who mixes providers has them.
std::string all_keys()
{
    return jwks(
        hs256().jwk(R"(,"kid":"h")") + "," + rs256().jwk(R"(,"kid":"r")") + "," + es256().jwk(R"(,"kid":"e")") + ","
        + eddsa().jwk(R"(,"kid":"d")")
    );
}

class JwtAttack : public testing::Test
{
protected:
    std::string tried(std::string_view token) const { return outcome(all_, token); }

    jwt_verifier all_ = *verifier_of(all_keys());
};

const std::vector<const signer*>& signers()
{
    static const std::vector<const signer*> all = {&hs256(), &rs256(), &es256(), &eddsa()};
    return all;
}

// Parts of a token.
std::string before_signature(const std::string& token)
{
    return token.substr(0, token.rfind('.'));
}
std::string signature_of(const std::string& token)
{
    return token.substr(token.rfind('.') + 1);
}

TEST_F(JwtAttack, AllSignersAreGood)
{
    for (const signer* one : signers())
        EXPECT_EQ(tried(one->token(good_claims())), "verified");
}

TEST_F(JwtAttack, None)
{
    for (const auto* name :
         {"none", "None", "NONE", "nOnE", "", "hs256", "HS512", "RS512", "PS256", "ES256K", "HS256 "}) {
        const std::string message =
            base64url(R"({"alg":")" + std::string(name) + "\"}") + "." + base64url(good_claims());
        EXPECT_EQ(tried(message + "."), bad_algorithm) << name;
        EXPECT_EQ(tried(message + "." + hs256().signature(message)), bad_algorithm) << name;
    }
}

TEST_F(JwtAttack, AlgorithmThatIsNoName)
{
    for (const auto* header :
         {"{}", R"({"alg":null})", R"({"alg":["HS256"]})", R"({"alg":{"HS256":1}})", R"({"alg":7})"})
        EXPECT_EQ(tried(hs256().token(header, good_claims())), bad_algorithm) << header;
}

// A verifier that lets the token choose would take what everybody knows for the secret of an HMAC.
TEST_F(JwtAttack, PublicKeyAsSecret)
{
    for (const signer* one : {&rs256(), &es256(), &eddsa()}) {
        const auto verifier = verifier_of(one->pem());
        EXPECT_EQ(outcome(*verifier, one->token(good_claims())), "verified");
        for (const std::string& known : {one->pem(), one->certificate(), one->jwk(), std::string()})
            EXPECT_EQ(outcome(*verifier, signer(known).token(good_claims())), no_key);
        EXPECT_FALSE(jwt_verifier::make({.secret = one->pem()}));
    }
}

TEST_F(JwtAttack, AnotherAlgorithmsName)
{
    const std::vector<std::string_view> names = {"HS256", "RS256", "ES256", "EdDSA"};   // as in signers()
    for (std::size_t by = 0; by < names.size(); ++by)
        for (std::size_t said = 0; said < names.size(); ++said) {
            const std::string header = R"({"alg":")" + std::string(names[said]) + "\"}";
            EXPECT_EQ(tried(signers()[by]->token(header, good_claims())), by == said ? "verified" : bad_signature);
        }
}

TEST_F(JwtAttack, KeysThatTheTokenBrings)
{
    const signer own(jwt_algorithm::es256);
    for (const std::string& member :
         {R"("jwk":)" + own.jwk(), std::string(R"("jku":"https://evil.example/jwks")"),
          std::string(R"("x5u":"https://evil.example/pem")"), std::string(R"("x5c":["AAAA"])"),
          std::string(R"("kid":"../../dev/null")"), std::string(R"("kid":"e' OR '1")")})
        EXPECT_NE(tried(own.token(R"({"alg":"ES256",)" + member + "}", good_claims())), "verified") << member;
}

TEST_F(JwtAttack, WrongKid)
{
    EXPECT_EQ(tried(es256().token(R"({"alg":"ES256","kid":"e"})", good_claims())), "verified");
    EXPECT_EQ(tried(es256().token(R"({"alg":"ES256","kid":"r"})", good_claims())), no_key);
    EXPECT_EQ(tried(es256().token(R"({"alg":"ES256","kid":"E"})", good_claims())), no_key);
    EXPECT_EQ(tried(es256().token(R"({"alg":"ES256","kid":7})", good_claims())), "the token's kid is no text");
}

TEST_F(JwtAttack, EveryBitOfASignatureCounts)
{
    for (const signer* one : signers()) {
        const std::string token = one->token(good_claims());
        const std::string before = before_signature(token);
        for (std::size_t i = before.size() + 1; i < token.size(); ++i) {
            std::string changed = token;
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            EXPECT_NE(tried(changed), "verified") << i;
        }
    }
}

TEST_F(JwtAttack, ChangedClaimsOrHeader)
{
    for (const signer* one : signers()) {
        const std::string good = one->token(good_claims(R"("sub":"ann")"));
        const std::string header = good.substr(0, good.find('.'));
        EXPECT_EQ(
            tried(header + "." + base64url(good_claims(R"("sub":"root")")) + "." + signature_of(good)), bad_signature
        );
    }
    const std::string good = hs256().token(R"({"alg":"HS256"})", good_claims());
    const std::string other = base64url(R"({"alg":"HS256" })") + good.substr(good.find('.'));
    EXPECT_EQ(tried(other), bad_signature);
}

TEST_F(JwtAttack, Truncated)
{
    for (const signer* one : signers()) {
        const std::string good = one->token(good_claims());
        for (std::size_t size = 0; size < good.size(); ++size)
            EXPECT_NE(tried(std::string_view(good).substr(0, size)), "verified") << size;
    }
}

TEST_F(JwtAttack, SignaturesOfAnotherLength)
{
    for (const signer* one : signers()) {
        const std::string message = before_signature(one->token(good_claims()));
        for (std::size_t size = 0; size < 70; ++size)
            EXPECT_EQ(tried(message + "." + base64url(std::string(size, '\1'))), bad_signature) << size;
    }
}

// CVE-2022-21449: r and s of zero verified anything. And numbers out of range, as they are and in DER.
TEST_F(JwtAttack, PsychicSignatures)
{
    const std::string zero(32, '\0');
    const std::string one = std::string(31, '\0') + '\1';
    const std::string top(32, '\xFF');
    const std::string order = "\xFF\xFF\xFF\xFF" + std::string(4, '\0') + std::string(8, '\xFF')
        + "\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51";
    ASSERT_EQ(order.size(), 32u);
    const std::string message = before_signature(es256().token(good_claims()));
    for (const std::string& r : {zero, one, top, order})
        for (const std::string& s : {zero, one, top, order})
            EXPECT_EQ(tried(message + "." + base64url(r + s)), bad_signature);
    EXPECT_EQ(tried(message + "." + base64url(std::string("0\6\2\1\0\2\1\0", 8))), bad_signature);
}

TEST_F(JwtAttack, LooseBase64)
{
    const std::string good = eddsa().token(good_claims());   // 64 bytes: four bits of the last digit are over
    std::string loose = good;
    loose.back() = loose.back() == 'A' ? 'B' : static_cast<char>(loose.back() + 1);
    EXPECT_EQ(tried(loose), "the token's signature is not in base64url");
    for (const auto* more : {"=", "==", "\n", " ", "\t", "%", "+"})
        EXPECT_EQ(tried(good + more), "the token's signature is not in base64url") << more;
    EXPECT_EQ(tried(" " + good), bad_header);
    EXPECT_EQ(tried("\n" + good), bad_header);
    EXPECT_EQ(tried("=" + good), bad_header);
    const std::size_t dot = good.find('.');
    EXPECT_EQ(tried(good.substr(0, dot) + "=" + good.substr(dot)), bad_header);
    // Signed as it is, in the alphabet of common base64.
    const std::string message = base64url(R"({"alg":"EdDSA"})") + ".eyJhIjoi" + "Pz8/" + "In0";
    EXPECT_EQ(tried(message + "." + eddsa().signature(message)), "the token's claims are not in base64url");
}

TEST_F(JwtAttack, DotsWhereNoneBelong)
{
    const std::string good = eddsa().token(good_claims());
    const std::vector<std::string> tokens = {"", ".", "..", "...", good + ".", "." + good, good + "." + good};
    for (const std::string& token : tokens)
        EXPECT_NE(tried(token), "verified") << token;
}

TEST_F(JwtAttack, ThingsSaidTwice)
{
    const auto claims = [this](std::string_view text) { return tried(hs256().token(text)); };
    EXPECT_EQ(claims(good_claims(R"("sub":"ann","sub":"root")")), bad_claims);
    EXPECT_EQ(claims(good_claims(R"("sub":"ann","su\u0062":"root")")), bad_claims);
    EXPECT_EQ(claims(good_claims(R"("exp":99999999999)")), bad_claims);
    EXPECT_EQ(claims(good_claims(R"("app":{"tenant":"a","tenant":"b"})")), bad_claims);
    EXPECT_EQ(claims(good_claims(R"("app":[{"t":1},{"t":2}])")), "verified");
    EXPECT_EQ(
        claims(good_claims(R"("app.tenant":"a","app":{"tenant":"b"})")), "two of the token's claims have one name"
    );
    EXPECT_EQ(tried(hs256().token(R"({"alg":"HS256","alg":"HS256"})", good_claims())), bad_header);
}

TEST_F(JwtAttack, WhatIsNoObject)
{
    for (const auto* text :
         {"", "[]", "null", "1", "\"x\"", "{", "{}{}", "{\"exp\":1}x", "\xFF", "{\"a\":\"\xC0\x80\"}", "nan"})
        EXPECT_EQ(tried(hs256().token(text)), bad_claims) << text;
    for (const auto* text : {"", "[]", "null", "{"})
        EXPECT_EQ(tried(hs256().token(text, good_claims())), bad_header) << text;
}

TEST_F(JwtAttack, DeepAndLong)
{
    const auto nested = [](std::size_t levels) {
        return good_claims(R"("a":)" + std::string(levels, '[') + std::string(levels, ']'));
    };
    EXPECT_EQ(tried(hs256().token(nested(10))), "verified");
    EXPECT_EQ(tried(hs256().token(nested(17))), bad_claims);
    EXPECT_EQ(tried(hs256().token(nested(2500))), bad_claims);
    EXPECT_EQ(
        tried(hs256().token(good_claims(R"("a":")" + std::string(9000, 'x') + "\""))),
        "the token has more than 8192 bytes"
    );
}

TEST_F(JwtAttack, ExtensionsAndOtherTypes)
{
    constexpr std::string_view extensions = "the token demands extensions (crit), and none are known";
    EXPECT_EQ(tried(hs256().token(R"({"alg":"HS256","crit":["exp"]})", good_claims())), extensions);
    EXPECT_EQ(tried(hs256().token(R"({"alg":"HS256","crit":[]})", good_claims())), extensions);
    EXPECT_EQ(tried(hs256().token(R"({"alg":"HS256","crit":["b64"],"b64":false})", good_claims())), extensions);
    for (const auto* type : {"JWT", "jwt", "at+jwt", "application/at+jwt", "application/JWT"})
        EXPECT_EQ(
            tried(hs256().token(R"({"alg":"HS256","typ":")" + std::string(type) + "\"}", good_claims())), "verified"
        );
    for (const auto* type : {R"("dpop+jwt")", R"("secevent+jwt")", R"("JWE")", R"("")", "7", "null"})
        EXPECT_EQ(
            tried(hs256().token(R"({"alg":"HS256","typ":)" + std::string(type) + "}", good_claims())),
            "the token is of another type than JWT"
        ) << type;
}

TEST_F(JwtAttack, ReasonsRepeatNothing)
{
    constexpr std::string_view mark = "q7q7q7";
    const std::string marked = R"("q7q7q7":"q7q7q7")";
    for (const std::string& token :
         {hs256().token("{" + marked + "}"), hs256().token(R"({"exp":1,)" + marked + "}"),
          hs256().token(R"({"alg":"q7q7q7"})", "{}"), hs256().token(R"({"alg":"HS256","kid":"q7q7q7"})", "{}"),
          hs256().token(R"({"alg":"HS256","typ":"q7q7q7"})", "{}"), std::string("q7q7q7.q7q7q7.q7q7q7"),
          hs256().token(R"({"exp":"q7q7q7"})")})
        EXPECT_EQ(tried(token).find(mark), std::string::npos) << token;
}

}   // namespace
}   // namespace rediserve::access
