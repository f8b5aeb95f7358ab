#include "rediserve/base/networks.hpp"

#include "rediserve/base/bytes.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <utility>

namespace rediserve {

namespace ip = boost::asio::ip;

namespace {

constexpr unsigned mapped_bits = 96;   // before the IPv4 address in a mapped one

ip_address as_v6(const ip::address& of)
{
    return of.is_v4() ? ip::make_address_v6(ip::v4_mapped, of.to_v4()) : of.to_v6();
}

error refused(std::string_view network, std::string_view why)
{
    return error(errc::bad_configuration, "\"" + std::string(network) + "\" is no network: " + std::string(why));
}

bool bit(const ip_address::bytes_type& of, unsigned at) noexcept
{
    return (of[at / 8] >> (7 - at % 8) & 1) != 0;
}

bool has_host_bits(const ip_address::bytes_type& of, unsigned length) noexcept
{
    for (unsigned at = length; at < 128; ++at)
        if (bit(of, at))
            return true;
    return false;
}

bool begin_alike(const ip_address::bytes_type& a, const ip_address::bytes_type& b, unsigned length) noexcept
{
    const unsigned whole = length / 8;
    if (!std::equal(a.begin(), a.begin() + whole, b.begin()))
        return false;
    const unsigned left = length % 8;
    return left == 0 || ((a[whole] ^ b[whole]) >> (8 - left)) == 0;
}

// The next word of `rest`, which commas and blanks part; empty at the end.
std::string_view next_word(std::string_view& rest) noexcept
{
    constexpr std::string_view between = ", \t";
    rest.remove_prefix(std::min(rest.find_first_not_of(between), rest.size()));
    const std::string_view word = rest.substr(0, rest.find_first_of(between));
    rest.remove_prefix(word.size());
    return word;
}

}   // namespace

result<ip_address> parse_address(std::string_view text)
{
    if (text.starts_with('[') && text.ends_with(']'))
        text = text.substr(1, text.size() - 2);
    text = text.substr(0, text.find('%'));   // a zone is of one machine only
    boost::system::error_code failed;
    const ip::address found = ip::make_address(std::string(text), failed);
    if (failed)
        return error(errc::bad_request, "this is no IP address");
    return as_v6(found);
}

std::string text_of(const ip_address& of)
{
    return of.is_v4_mapped() ? ip::make_address_v4(ip::v4_mapped, of).to_string() : of.to_string();
}

result<networks> networks::parse(std::string_view text)
{
    networks made;
    made.text_ = text;
    for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
        const auto slash = word.find('/');
        const auto address = parse_address(word.substr(0, slash));
        if (!address)
            return refused(word, "it does not begin with an IP address");
        const bool v4 = address->is_v4_mapped() && word.find(':') == std::string_view::npos;
        const unsigned most = v4 ? 32 : 128;
        const auto length = slash == std::string_view::npos ? most : parse_integer(word.substr(slash + 1)).value_or(-1);
        if (length < 0 || length > most)
            return refused(word, "behind the slash there must be a number of bits, at most " + std::to_string(most));
        network added{address->to_bytes(), static_cast<unsigned>(length) + (v4 ? mapped_bits : 0)};
        if (has_host_bits(added.bits, added.length))
            return refused(word, "its address has bits beyond those");
        made.all_.push_back(added);
    }
    return made;
}

bool networks::contain(const ip_address& address) const noexcept
{
    const auto bits = address.to_bytes();
    return std::ranges::any_of(all_, [&](const network& one) { return begin_alike(one.bits, bits, one.length); });
}

}   // namespace rediserve
