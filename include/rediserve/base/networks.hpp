// IP addresses and networks (on Boost.Asio's).
#pragma once

#include "rediserve/base/error.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace rediserve {

// IPv4 addresses as mapped ones (RFC 4291, 2.5.5.2), so that there is one kind.
using ip_address = boost::asio::ip::address_v6;

// "192.0.2.1", "2001:db8::1", with or without brackets and zone; errc::bad_request.
result<ip_address> parse_address(std::string_view text);
// As people write it: an IPv4 address as such.
std::string text_of(const ip_address& of);

// A set of networks: "10.0.0.0/8", "2001:db8::/32", "192.0.2.7". Immutable.
class networks
{
public:
    // Separated by commas or blanks. errc::bad_configuration names what is wrong; host bits that are set are wrong.
    static result<networks> parse(std::string_view text);

    bool contain(const ip_address& address) const noexcept;
    bool empty() const noexcept { return all_.empty(); }
    // As it was parsed.
    const std::string& text() const noexcept { return text_; }

private:
    struct network
    {
        ip_address::bytes_type bits;
        unsigned length = 0;
    };

    std::vector<network> all_;
    std::string text_;
};

}   // namespace rediserve
