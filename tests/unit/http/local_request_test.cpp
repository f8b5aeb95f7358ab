// Where a program on this machine asks the daemon.
#include "rediserve/http/local_request.hpp"

#include <gtest/gtest.h>

namespace rediserve::http {
namespace {

endpoint at(const std::string& host, std::uint16_t port = 3000)
{
    endpoint made;
    made.host = host;
    made.port = port;
    return made;
}

endpoint unix_socket()
{
    endpoint made;
    made.path = "/run/rediserve.sock";
    return made;
}

TEST(LocalRequest, GoesToLoopbackWhereThatIsEveryAddress)
{
    EXPECT_EQ(local_name(at("*")), "127.0.0.1:3000");
    EXPECT_EQ(local_name(at("0.0.0.0")), "127.0.0.1:3000");
    EXPECT_EQ(local_name(at("::")), "[::1]:3000");
    EXPECT_EQ(local_name(at("10.1.2.3", 80)), "10.1.2.3:80");
    EXPECT_EQ(local_name(at("2001:db8::1", 80)), "[2001:db8::1]:80");
    EXPECT_EQ(local_name(unix_socket()), "unix:/run/rediserve.sock");
}

TEST(LocalRequest, KnowsWhereNobodyCanAsk)
{
    params of;
    EXPECT_EQ(why_unaskable(at("*"), of), "");
    EXPECT_EQ(why_unaskable(unix_socket(), of), "");
    EXPECT_EQ(why_unaskable(at("*", 0), of), "its port is any that is free");
    auto https = at("*");
    https.tls = true;
    EXPECT_EQ(why_unaskable(https, of), "");
    of.tls.clients = client_certificates::optional;
    EXPECT_EQ(why_unaskable(https, of), "");
    of.tls.clients = client_certificates::required;
    EXPECT_EQ(why_unaskable(https, of), "it wants a client certificate");
    EXPECT_EQ(why_unaskable(at("*"), of), "") << "no TLS, no certificate";
}

TEST(LocalRequest, IsAProxyOnlyWhereItIsTrusted)
{
    params of;
    auto proxied = at("*");
    proxied.proxy_protocol = true;
    of.proxies = *networks::parse("10.0.0.0/8");
    EXPECT_NE(why_unaskable(proxied, of), "");
    proxied.host = "10.1.2.3";
    EXPECT_EQ(why_unaskable(proxied, of), "") << "the address it asks is the one it comes from";
    proxied.host = "*";
    of.proxies = *networks::parse("10.0.0.0/8, 127.0.0.1");
    EXPECT_EQ(why_unaskable(proxied, of), "");
    auto socket = unix_socket();
    socket.proxy_protocol = true;
    of.proxies = {};
    EXPECT_EQ(why_unaskable(socket, of), "") << "its mode says who may";
}

}   // namespace
}   // namespace rediserve::http
