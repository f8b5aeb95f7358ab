// Tokens: whatever the bytes, none is taken that was not signed, and reasons repeat nothing; and whatever a signed one
// claims, reading it ends.
#include "access/jwt_claims.hpp"
#include "access/jwt_keys.hpp"
#include "rediserve/access/jwt.hpp"

#include <cstddef>
#include <string_view>

using namespace rediserve;
using namespace rediserve::access;

namespace {

void check(bool holds)
{
    if (!holds)
        __builtin_trap();
}

constexpr std::chrono::system_clock::time_point now{std::chrono::seconds(1767225600)};

const jwt_verifier& verifier()
{
    static const jwt_verifier the_one = *jwt_verifier::make({.secret = "nobody signs fuzzed tokens with this one"});
    return the_one;
}

void check_claims(std::string_view payload)
{
    const auto claims = read_claims(payload, {}, now);
    if (!claims)
        return check(claims.error().code == errc::unauthorized);
    check(claims->expires > now);
    const auto words = with_claims("~u:${sub}:* +${role}", *claims);
    if (words)
        check(words->starts_with("~u:") && words->find(' ') == words->rfind(' '));
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto verified = verifier().verify(text, now);
    check(!verified && verified.error().code == errc::unauthorized);
    check_claims(text);
    const auto keys = read_keys(text);
    check(keys || keys.error().code == errc::bad_configuration);
    return 0;
}
