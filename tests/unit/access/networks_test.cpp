// Addresses, networks, and what proxies say.
#include "rediserve/access/networks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rediserve::access {
namespace {

ip_address address(std::string_view text)
{
    return parse_address(text).value();
}

networks of(std::string_view text)
{
    return networks::parse(text).value();
}

TEST(Addresses, AreWrittenAsTheyAreRead)
{
    for (const auto* text : {"192.0.2.1", "2001:db8::1", "::1", "0.0.0.0", "::"})
        EXPECT_EQ(text_of(address(text)), text);
    EXPECT_EQ(text_of(address("::ffff:192.0.2.1")), "192.0.2.1") << "there is one kind";
    EXPECT_EQ(text_of(address("[2001:db8::1]")), "2001:db8::1");
    EXPECT_EQ(text_of(address("fe80::1%eth0")), "fe80::1");
}

TEST(Addresses, AreNothingElse)
{
    for (const auto* text :
         {"", "localhost", "192.0.2", "192.0.2.256", "1", "192.0.2.1/32", "[::1", "2001:db8::1::2", " ::1"})
        EXPECT_FALSE(parse_address(text)) << text;
}

TEST(Networks, ContainTheirAddresses)
{
    const networks all = of("10.0.0.0/8, 192.0.2.7 2001:db8::/33,::1");
    for (const auto* in : {"10.0.0.0", "10.255.255.255", "192.0.2.7", "2001:db8::5", "2001:db8:7fff::", "::1"})
        EXPECT_TRUE(all.contain(address(in))) << in;
    for (const auto* out : {"9.255.255.255", "11.0.0.0", "192.0.2.6", "2001:db8:8000::", "::2", "::a00:1", "::"})
        EXPECT_FALSE(all.contain(address(out))) << out;
}

TEST(Networks, OfEveryLength)
{
    for (unsigned length = 0; length <= 32; ++length) {
        const auto last_bit = length == 0 ? 0U : 1U << (32 - length);
        const std::string base = length == 0 ? "0.0.0.0" : text_of(address("128.0.0.0"));
        const networks one = of(base + "/" + std::to_string(length));
        EXPECT_TRUE(one.contain(address(base))) << length;
        const boost::asio::ip::address_v4 beyond(0x80000000U ^ last_bit);
        EXPECT_EQ(one.contain(address(beyond.to_string())), length == 0) << length;
    }
    EXPECT_TRUE(of("::/0").contain(address("192.0.2.1")));
    EXPECT_FALSE(of("0.0.0.0/0").contain(address("2001:db8::1")));
}

TEST(Networks, RefuseWhatIsNone)
{
    for (const auto* text :
         {"10.0.0.0/33", "10.0.0.1/8", "::1/127", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10/8", "x", "10.0.0.0/8/8"})
        EXPECT_FALSE(networks::parse(text)) << text;
    EXPECT_TRUE(of("").empty());
    EXPECT_EQ(
        networks::parse("10.0.0.1/8").error().detail, "\"10.0.0.1/8\" is no network: its address has bits beyond those"
    );
}

TEST(NetworkPolicy, LetsInWhatIsAllowedAndNotDenied)
{
    const network_policy anybody;
    EXPECT_TRUE(anybody.admits(address("192.0.2.1")));
    const network_policy some{of("10.0.0.0/8"), of("10.1.0.0/16")};
    EXPECT_TRUE(some.admits(address("10.2.0.1")));
    EXPECT_FALSE(some.admits(address("10.1.0.1")));
    EXPECT_FALSE(some.admits(address("192.0.2.1")));
    const network_policy others{{}, of("10.0.0.0/8")};
    EXPECT_TRUE(others.admits(address("192.0.2.1")));
    EXPECT_FALSE(others.admits(address("10.2.0.1")));
}

// ---- proxies -------------------------------------------------------------------------------------------------------

class ClientAddress : public testing::Test
{
protected:
    static std::string client(std::string_view peer, std::string_view forwarded, std::string_view x_forwarded_for = {})
    {
        return text_of(client_address(address(peer), of("10.0.0.0/8 fd00::/8"), forwarded, x_forwarded_for));
    }
};

TEST_F(ClientAddress, IsThePeersUnlessThatIsTrusted)
{
    EXPECT_EQ(client("192.0.2.1", "for=198.51.100.1", "198.51.100.2"), "192.0.2.1");
    EXPECT_EQ(client("10.0.0.1", "", ""), "10.0.0.1");
}

TEST_F(ClientAddress, IsReadFromTheRightAsFarAsSpeakersAreTrusted)
{
    EXPECT_EQ(client("10.0.0.1", "", "198.51.100.1"), "198.51.100.1");
    EXPECT_EQ(client("10.0.0.1", "", "203.0.113.9, 198.51.100.1"), "198.51.100.1") << "what it says is its own affair";
    EXPECT_EQ(client("10.0.0.1", "", "198.51.100.1, 10.0.0.2"), "198.51.100.1");
    EXPECT_EQ(client("10.0.0.1", "", "10.0.0.3, 10.0.0.2"), "10.0.0.3");
}

TEST_F(ClientAddress, PrefersForwarded)
{
    EXPECT_EQ(client("10.0.0.1", "for=198.51.100.1;proto=https;by=10.0.0.1", "198.51.100.2"), "198.51.100.1");
    EXPECT_EQ(client("10.0.0.1", "For=\"[2001:db8::7]:4711\""), "2001:db8::7");
    EXPECT_EQ(client("10.0.0.1", "for=\"198.51.100.1:80\""), "198.51.100.1");
    EXPECT_EQ(client("fd00::1", "for=203.0.113.9, by=\"a,b;for=1.1.1.1\";for=198.51.100.1"), "198.51.100.1");
}

TEST_F(ClientAddress, EndsTheWalkAtWhatCannotBeUnderstood)
{
    for (const auto* said :
         {"for=unknown", "for=_hidden", "for=\"198.51.100.1", "proto=https", "for=", ";;;", "\"", "for=1.2.3.4.5"})
        EXPECT_EQ(client("10.0.0.1", said), "10.0.0.1") << said;
    for (const auto* said : {"nonsense", ",", "198.51.100.1,", "198.51.100.1, unknown", "[::1", "1:2:3"})
        EXPECT_EQ(client("10.0.0.1", "", said), "10.0.0.1") << said;
    EXPECT_EQ(client("10.0.0.1", "", "198.51.100.1, x, 10.0.0.2"), "10.0.0.2") << "the last trusted speaker";
}

TEST_F(ClientAddress, TakesThePortsThatSomeProxiesAdd)
{
    EXPECT_EQ(client("10.0.0.1", "", "198.51.100.1:1234"), "198.51.100.1");
    EXPECT_EQ(client("10.0.0.1", "", "[2001:db8::1]:1234"), "2001:db8::1");
    EXPECT_EQ(client("10.0.0.1", "", "2001:db8::1"), "2001:db8::1");
}

}   // namespace
}   // namespace rediserve::access
