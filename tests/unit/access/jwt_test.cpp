#include "access/jwt_key.hpp"
#include "access/jwt_keys.hpp"
#include "rediserve/base/bytes.hpp"
#include "unit/access/jwt_signer.hpp"

#include <gtest/gtest.h>

namespace rediserve::access {
namespace {

using namespace std::chrono_literals;
using namespace test;

// RFC 7515, appendix A: the claims of its first three examples, and when they were good.
constexpr std::string_view rfc7515_claims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::chrono::system_clock::time_point rfc7515_time{1300819000s};

struct vector
{
    std::string_view name;
    std::string_view key;
    std::string_view header;
    std::string_view signature;
};

constexpr vector rfc7515[] = {
    {"A1",
     R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
     "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
    {"A2",
     R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0)"
     R"(Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-K)"
     R"(XBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2)"
     R"(ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})",
     "eyJhbGciOiJSUzI1NiJ9",
     "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1"
     "dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzD"
     "wusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_"
     "IoypGlUPQGe77"
     "Rw"},
    {"A3",
     R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
     R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
     "eyJhbGciOiJFUzI1NiJ9", "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
};

class Rfc7515 : public testing::TestWithParam<vector>
{};

TEST_P(Rfc7515, Verifies)
{
    const auto verifier = verifier_of(jwks(GetParam().key));
    ASSERT_TRUE(verifier) << verifier.error().detail;
    const std::string token =
        std::string(GetParam().header) + "." + std::string(rfc7515_claims) + "." + std::string(GetParam().signature);
    const auto claims = verifier->verify(token, rfc7515_time);
    ASSERT_TRUE(claims) << claims.error().detail;
    EXPECT_EQ(claims->values.at("iss"), "joe");
    EXPECT_EQ(claims->values.at("http://example.com/is_root"), "true");
    EXPECT_EQ(claims->expires, std::chrono::system_clock::time_point(1300819380s + 30s));
    EXPECT_EQ(outcome(*verifier, token), "the token has expired");
}

INSTANTIATE_TEST_SUITE_P(Vectors, Rfc7515, testing::ValuesIn(rfc7515), [](const auto& of) {
    return std::string(of.param.name);
});

TEST(Rfc8037, VerifiesExampleA4)
{
    const auto keys =
        read_keys(jwks(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"));
    ASSERT_TRUE(keys) << keys.error().detail;
    constexpr std::string_view message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    const auto signature =
        base64url_decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
    EXPECT_TRUE(keys->front().verify(message, *signature));
    EXPECT_FALSE(keys->front().verify(std::string(message) + "x", *signature));
}

class Jwt : public testing::Test
{
protected:
    std::string says(std::string_view claims) const { return outcome(verifier_, eddsa().token(claims)); }
    std::string says(std::string_view claims, jwt_params settings) const
    {
        return outcome(*verifier_of(eddsa().pem(), std::move(settings)), eddsa().token(claims));
    }

    jwt_verifier verifier_ = *verifier_of(eddsa().pem());
};

TEST_F(Jwt, SaysWhatTheTokenSays)
{
    const auto claims = verifier_.verify(
        eddsa().token(good_claims(
            R"("sub":"ann","n":-7,"big":18446744073709551615,"yes":true,"half":0.5,"none":null,"aud":["x"],)"
            R"("app":{"tenant":"t1","deep":{"er":{"x":1},"z":"zz"}})"
        )),
        today
    );
    ASSERT_TRUE(claims) << claims.error().detail;
    const std::map<std::string, std::string> expected = {
        {"exp", std::to_string(today_seconds + 3600)},
        {"sub", "ann"},
        {"n", "-7"},
        {"big", "18446744073709551615"},
        {"yes", "true"},
        {"app.tenant", "t1"},
        {"app.deep.z", "zz"},
    };
    EXPECT_EQ(claims->values, expected);
}

TEST_F(Jwt, NeedsADateOfExpiry)
{
    EXPECT_EQ(says("{}"), "the token does not say when it expires (exp)");
}

TEST_F(Jwt, KeepsToItsDatesWithLeeway)
{
    const auto at = [](long long offset) { return std::to_string(today_seconds + offset); };
    EXPECT_EQ(says(R"({"exp":)" + at(-29) + "}"), "verified");
    EXPECT_EQ(says(R"({"exp":)" + at(-30) + "}"), "the token has expired");
    EXPECT_EQ(says(R"({"exp":)" + at(-30) + ".5}"), "verified");
    EXPECT_EQ(says(good_claims(R"("nbf":)" + at(30))), "verified");
    EXPECT_EQ(says(good_claims(R"("nbf":)" + at(31))), "the token is not valid yet");
    EXPECT_EQ(says(good_claims(R"("iat":)" + at(31))), "the token was issued in the future");
    EXPECT_EQ(says(good_claims(R"("iat":)" + at(-3600))), "verified");
    EXPECT_EQ(says(R"({"exp":)" + at(-1) + "}", {.leeway = 0s}), "the token has expired");
}

TEST_F(Jwt, TakesOnlyDates)
{
    for (const auto* date :
         {"\"1\"", "true", "null", "-1", "1e300", "1767225600000", "99999999999999999999999", "[1]", "{}"})
        EXPECT_EQ(says(R"({"exp":)" + std::string(date) + "}"), "the token's claim exp is no date in seconds") << date;
    EXPECT_EQ(says(good_claims(R"("nbf":"x")")), "the token's claim nbf is no date in seconds");
    EXPECT_EQ(says(good_claims(R"("iat":1767225600000)")), "the token's claim iat is no date in seconds");
    EXPECT_NE(says(R"({"exp":1e999})"), "verified");
}

TEST_F(Jwt, TakesDatesBeyondTheClock)
{
    const auto claims = verifier_.verify(eddsa().token(R"({"exp":253402300799})"), today);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->expires, std::chrono::system_clock::time_point::max());
}

TEST_F(Jwt, IsForOneAudience)
{
    const jwt_params settings{.audience = "me"};
    EXPECT_EQ(says(good_claims(R"("aud":"me")"), settings), "verified");
    EXPECT_EQ(says(good_claims(R"("aud":["you","me"])"), settings), "verified");
    for (const auto* aud :
         {R"("aud":"you")", R"("aud":["you"])", R"("aud":[])", R"("aud":{"me":"me"})", R"("aud":"ME")", R"("aud":null)",
          R"("aud":[["me"]])", R"("aud":"me2")", R"("x":1)"})
        EXPECT_EQ(says(good_claims(aud), settings), "the token is for another audience") << aud;
}

TEST_F(Jwt, IsFromOneIssuer)
{
    const jwt_params settings{.issuer = "https://id.example/"};
    EXPECT_EQ(says(good_claims(R"("iss":"https://id.example/")"), settings), "verified");
    for (const auto* iss :
         {R"("iss":"https://id.example")", R"("iss":["https://id.example/"])", R"("iss":7)", R"("x":1)"})
        EXPECT_EQ(says(good_claims(iss), settings), "the token is from another issuer") << iss;
}

TEST(LooksLikeJwt, WantsThreeParts)
{
    EXPECT_TRUE(looks_like_jwt(hs256().token(good_claims())));
    EXPECT_TRUE(looks_like_jwt("eyJ.eyJ."));   // `none`: to be refused with a reason
    for (const auto* text : {"", ".", "..", "a.b", "a.b.c.d", "a b.c.d", ".b.c", "a..c", "opensesame"})
        EXPECT_FALSE(looks_like_jwt(text)) << text;
}

}   // namespace
}   // namespace rediserve::access
