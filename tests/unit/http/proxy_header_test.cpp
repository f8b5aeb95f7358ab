#include "http/proxy_header.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rediserve::http {
namespace {

const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);

// A header of version 2.
std::string binary(int command, int family, const std::string& rest)
{
    std::string made = signature;
    made += static_cast<char>(command);
    made += static_cast<char>(family);
    made += static_cast<char>(rest.size() >> 8);
    made += static_cast<char>(rest.size() & 255);
    return made + rest;
}

const std::string v4("\xC0\x00\x02\x01\xC6\x33\x64\x01\xDB\x04\x01\xBB", 12);
const std::string v6 =
    std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x07" + std::string(16, '\x01') + "\x01\x02\x03\x04";

// What `input` says: the address, "-" for none, "…" for an unfinished header, "!" for none at all.
std::string read(const std::string& input)
{
    const auto found = parse_proxy_header(input);
    if (!found)
        return "!";
    if (!*found)
        return "…";
    EXPECT_LE((*found)->size, input.size());
    return (*found)->source ? (*found)->source->to_string() : "-";
}

struct example
{
    const char* what;
    std::string header;
    std::string says;
};

const std::vector<example>& good()
{
    static const std::vector<example> all = {
        {"v1 IPv4", "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", "::ffff:192.0.2.1"},
        {"v1 IPv4, extreme", "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "::ffff:255.255.255.255"},
        {"v1 IPv6", "PROXY TCP6 2001:db8::7 2001:db8::8 0 443\r\n", "2001:db8::7"},
        {"v1 unknown", "PROXY UNKNOWN\r\n", "-"},
        {"v1 unknown with words", "PROXY UNKNOWN ffff::1 ffff::1 65535 65535\r\n", "-"},
        {"v2 IPv4", binary(0x21, 0x11, v4), "::ffff:192.0.2.1"},
        {"v2 IPv4 with an extension",
         binary(
             0x21, 0x11,
             v4
                 + std::string(
                     "\x04\x00\x03"
                     "abc",
                     6
                 )
         ),
         "::ffff:192.0.2.1"},
        {"v2 IPv6", binary(0x21, 0x21, v6), "2001:db8::7"},
        {"v2 unix", binary(0x21, 0x31, std::string(216, 'x')), "-"},
        {"v2 unspecified", binary(0x21, 0x00, ""), "-"},
        {"v2 local", binary(0x20, 0x00, ""), "-"},
        {"v2 local, with addresses to be ignored", binary(0x20, 0x11, v4), "-"},
        {"v2 of the largest size", binary(0x21, 0x11, v4 + std::string(4096 - 16 - 12, '\0')), "::ffff:192.0.2.1"},
    };
    return all;
}

TEST(ProxyHeader, SaysWhomAConnectionIsFor)
{
    for (const auto& [what, header, says] : good()) {
        EXPECT_EQ(read(header), says) << what;
        EXPECT_EQ(read(header + "GET / HTTP/1.1\r\n"), says) << what;
        EXPECT_EQ((*parse_proxy_header(header + "PROXY"))->size, header.size()) << what;
    }
}

TEST(ProxyHeader, IsAwaitedByteByByte)
{
    for (const auto& [what, header, says] : good())
        for (std::size_t size = 0; size < header.size(); ++size)
            EXPECT_EQ(read(header.substr(0, size)), "…") << what << ", " << size << " bytes";
}

TEST(ProxyHeader, IsNothingElse)
{
    const std::vector<std::pair<const char*, std::string>> all = {
        {"a request", "GET / HTTP/1.1\r\n"},
        {"a TLS record", "\x16\x03\x01"},
        {"lower case", "proxy TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"},
        {"LF alone", "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\n"},
        {"no end", "PROXY UNKNOWN " + std::string(93, 'x')},
        {"too long", "PROXY UNKNOWN " + std::string(92, 'x') + "\r\n"},
        {"another protocol", "PROXY UDP4 192.0.2.1 198.51.100.1 56324 443\r\n"},
        {"no addresses", "PROXY TCP4\r\n"},
        {"two blanks", "PROXY TCP4  192.0.2.1 198.51.100.1 56324 443\r\n"},
        {"of the other family", "PROXY TCP4 2001:db8::7 2001:db8::8 1 443\r\n"},
        {"of the other family, too", "PROXY TCP6 192.0.2.1 198.51.100.1 56324 443\r\n"},
        {"an address with a zone", "PROXY TCP6 fe80::1%1 fe80::2 1 443\r\n"},
        {"a port too large", "PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n"},
        {"a port with a sign", "PROXY TCP4 192.0.2.1 198.51.100.1 +1 443\r\n"},
        {"a port with a zero before it", "PROXY TCP4 192.0.2.1 198.51.100.1 01 443\r\n"},
        {"a word too many", "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 1\r\n"},
        {"no second port", "PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n"},
        {"NUL", std::string("PROXY TCP4 192.0.2.1\0 198.51.100.1 56324 443\r\n", 46)},
        {"version 1 in binary", binary(0x11, 0x11, v4)},
        {"an unknown command", binary(0x22, 0x11, v4)},
        {"datagrams", binary(0x21, 0x12, v4)},
        {"an unknown family", binary(0x21, 0x41, v4)},
        {"IPv4 cut short", binary(0x21, 0x11, v4.substr(1))},
        {"IPv6 cut short", binary(0x21, 0x21, v6.substr(1))},
        {"unix cut short", binary(0x21, 0x31, std::string(215, 'x'))},
        {"too long in binary", binary(0x21, 0x11, std::string(4081, '\0'))},
        {"a signature that is none", signature.substr(0, 11) + "\r"},
    };
    for (const auto& [what, header] : all)
        EXPECT_EQ(read(header), "!") << what;
}

TEST(ProxyHeader, ThatIsTooLongIsNotAwaited)
{
    EXPECT_EQ(read(binary(0x21, 0x11, std::string(4081, '\0')).substr(0, 16)), "!");
}

}   // namespace
}   // namespace rediserve::http
