// What a request shows to say who sends it.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rediserve::access {

// Views into the request, but for what had to be decoded. Empty: not shown. A ticket is looked at first, then the header,
// then the certificate: what is shown and wrong is an error, whatever else there is.
struct credentials
{
    std::string_view bearer;
    bool basic = false;   // a user and a password were shown, which may both be empty
    std::string_view basic_user;
    std::string_view basic_password;            // a token
    std::span<const std::string> certificate;   // its subject first, then its other names
    std::string_view ticket;
};

// The token of an Authorization header (`Bearer TOKEN`, scheme in any case; RFC 6750, 2.1); empty when it has another
// form. Several spaces are taken for one.
std::string_view bearer_token(std::string_view authorization) noexcept;

// The same, and `Basic` (RFC 7617), which is decoded into `scratch`. A header of another form shows nothing.
credentials read_credentials(std::string_view authorization, std::string& scratch);

}   // namespace rediserve::access
