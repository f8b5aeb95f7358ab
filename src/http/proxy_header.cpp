#include "http/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>

namespace rediserve::http {

namespace {

namespace ip = boost::asio::ip;
using std::string_view;
using found = result<std::optional<proxy_header>>;

constexpr string_view signature("\r\n\r\n\0\r\nQUIT\n", 12);   // of version 2
constexpr std::size_t fixed_size = 16;                         // what every header of version 2 begins with
constexpr std::size_t longest_line = 107;                      // of version 1, CR LF included

error malformed(const char* why)
{
    return {errc::bad_request, std::string("PROXY protocol: ") + why};
}

// ---- version 1: "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n" ----

// Takes the next word off `line`; words are separated by one blank.
string_view take_word(string_view& line)
{
    const auto end = std::min(line.find(' '), line.size());
    const string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

bool is_port(string_view text)
{
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    return failure == std::errc() && end == text.data() + text.size() && (text.size() == 1 || text.front() != '0');
}

std::optional<ip::address_v6> address(string_view text, bool v4)
{
    if (text.find_first_not_of("0123456789abcdefABCDEF.:") != string_view::npos)
        return std::nullopt;   // a NUL would hide what follows, and a zone means nothing here
    boost::system::error_code failure;
    const std::string terminated(text);
    if (v4) {
        const auto plain = ip::make_address_v4(terminated, failure);
        return failure ? std::nullopt : std::optional(ip::make_address_v6(ip::v4_mapped, plain));
    }
    const auto read = ip::make_address_v6(terminated, failure);
    return failure ? std::nullopt : std::optional(read);
}

found parse_line(string_view line, std::size_t size)
{
    const string_view family = take_word(line);
    if (family == "UNKNOWN")
        return std::optional(proxy_header{std::nullopt, size});
    if (family != "TCP4" && family != "TCP6")
        return malformed("neither TCP4, TCP6 nor UNKNOWN");
    const auto source = address(take_word(line), family == "TCP4");
    const auto destination = address(take_word(line), family == "TCP4");
    if (!source || !destination)
        return malformed("an address is not of its family");
    const string_view source_port = take_word(line);
    if (!is_port(source_port) || !is_port(line))
        return malformed("a port is not a number up to 65535");
    return std::optional(proxy_header{source, size});
}

found parse_text(string_view input)
{
    constexpr string_view start = "PROXY ";
    if (!input.starts_with(start.substr(0, input.size())))
        return malformed("the connection does not begin with a header");
    const string_view most = input.substr(0, longest_line);
    const auto end = most.find('\n');
    if (end == string_view::npos && most.size() == longest_line)
        return malformed("the line does not end within 107 bytes");
    if (end == string_view::npos)
        return std::optional<proxy_header>();
    if (most[end - 1] != '\r')
        return malformed("the line ends with LF alone");
    return parse_line(most.substr(start.size(), end - 1 - start.size()), end + 1);
}

// ---- version 2: the signature, version and command, family and transport, length, addresses, extensions ----

template <std::size_t Size>
std::array<unsigned char, Size> bytes_at(string_view from)
{
    std::array<unsigned char, Size> bytes;
    std::memcpy(bytes.data(), from.data(), Size);
    return bytes;
}

found parse_addresses(unsigned family, string_view addresses, std::size_t size)
{
    constexpr std::size_t v4_size = 12;
    constexpr std::size_t v6_size = 36;
    constexpr std::size_t unix_size = 216;
    const auto too_short = malformed("the addresses are cut short");
    switch (family) {
    case 0x00: return std::optional(proxy_header{std::nullopt, size});
    case 0x11: {
        if (addresses.size() < v4_size)
            return too_short;
        const ip::address_v4 source(bytes_at<4>(addresses));
        return std::optional(proxy_header{ip::make_address_v6(ip::v4_mapped, source), size});
    }
    case 0x21:
        if (addresses.size() < v6_size)
            return too_short;
        return std::optional(proxy_header{ip::address_v6(bytes_at<16>(addresses)), size});
    case 0x31:
        if (addresses.size() < unix_size)
            return too_short;
        return std::optional(proxy_header{std::nullopt, size});
    default: return malformed("the client's transport is no stream");
    }
}

found parse_binary(string_view input)
{
    constexpr unsigned local = 0x20;
    constexpr unsigned proxy = 0x21;
    if (input.size() < fixed_size)
        return std::optional<proxy_header>();
    const auto fixed = bytes_at<fixed_size>(input);
    if (fixed[12] != local && fixed[12] != proxy)
        return malformed("neither version 2 nor a command of it");
    const std::size_t size = fixed_size + fixed[14] * 256u + fixed[15];
    if (size > longest_proxy_header)
        return malformed("the header is too long");
    if (input.size() < size)
        return std::optional<proxy_header>();
    if (fixed[12] == local)
        return std::optional(proxy_header{std::nullopt, size});
    return parse_addresses(fixed[13], input.substr(fixed_size, size - fixed_size), size);
}

}   // namespace

found parse_proxy_header(string_view input)
{
    if (input.empty())
        return std::optional<proxy_header>();
    if (input.starts_with(signature.substr(0, input.size())))
        return parse_binary(input);
    return parse_text(input);
}

}   // namespace rediserve::http
