#include "config/units.hpp"

#include "config/texts.hpp"
#include "rediserve/base/bytes.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace rediserve::config {

namespace {

using std::chrono::milliseconds;

struct unit
{
    std::string_view name;
    std::int64_t worth;
};

// "ms" before "s": the first that fits the end of a text is taken.
constexpr std::array<unit, 4> times{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr std::array<unit, 4> sizes{{{"", 1}, {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}}};

// In the largest unit that leaves no rest.
std::string in_units(std::uint64_t amount, const std::array<unit, 4>& units)
{
    for (auto at = units.rbegin(); at != units.rend(); ++at)
        if (const auto worth = static_cast<std::uint64_t>(at->worth); amount != 0 && amount % worth == 0)
            return std::to_string(amount / worth) + std::string(at->name);
    return "0";
}

bool is_digits(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    const auto port = is_digits(text) ? parse_integer(text) : std::nullopt;
    if (!port || *port > std::numeric_limits<std::uint16_t>::max())
        return std::nullopt;
    return static_cast<std::uint16_t>(*port);
}

bool is_v4(const std::string& host)
{
    in_addr address{};
    return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_v6(const std::string& host)
{
    in6_addr address{};
    return ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

error not_an_endpoint(std::string_view why)
{
    return {errc::bad_configuration, std::string(why)};
}

result<http::endpoint> parse_unix(std::string_view path)
{
    if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path))
        return not_an_endpoint(
            "the path of a unix socket has 1 to " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes"
        );
    http::endpoint made;
    made.path = path;
    return made;
}

bool take_prefix(std::string_view& from, std::string_view prefix)
{
    const bool has = from.starts_with(prefix);
    from.remove_prefix(has ? prefix.size() : 0);
    return has;
}

result<void> add_origins(http::endpoint& to, std::string_view text)
{
    const std::string all = to.cors.empty() ? std::string(text) : to.cors + "," + std::string(text);
    if (!is_cors(all))
        return not_an_endpoint("cors= is any, off, or an origin such as https://app.example");
    to.cors = all;
    return {};
}

result<void> set_endpoint_option(http::endpoint& to, std::string_view text)
{
    if (take_prefix(text, "cors="))
        return add_origins(to, text);
    if (text != "proxy_protocol=on" && text != "proxy_protocol=off")
        return not_an_endpoint("its options are proxy_protocol=on and cors=ORIGIN, separated by &");
    to.proxy_protocol = text.ends_with("on");
    return {};
}

result<http::endpoint> with_options(http::endpoint to, std::string_view options)
{
    while (!options.empty()) {
        const auto one = options.substr(0, options.find('&'));
        options.remove_prefix(std::min(one.size() + 1, options.size()));
        if (auto set = set_endpoint_option(to, one); !set)
            return set.error();
    }
    return to;
}

// `host` as it stands before the colon, brackets included; nullopt when it is neither a numeric address nor known.
std::optional<std::string> numeric_host(std::string_view host)
{
    if (host.empty() || host == "*")
        return "*";
    if (iequals(host, "localhost"))
        return "127.0.0.1";
    std::string plain(host);
    if (host.front() != '[')
        return is_v4(plain) ? std::optional(plain) : std::nullopt;
    plain = host.substr(1, host.size() - (host.back() == ']' ? 2 : 1));
    return host.back() == ']' && is_v6(plain) ? std::optional(plain) : std::nullopt;
}

}   // namespace

std::optional<milliseconds> parse_duration(std::string_view text) noexcept
{
    for (const auto& unit : times) {
        if (!text.ends_with(unit.name))
            continue;
        const auto digits = text.substr(0, text.size() - unit.name.size());
        const auto amount = is_digits(digits) ? parse_integer(digits) : std::nullopt;
        if (!amount || *amount > std::numeric_limits<std::int64_t>::max() / unit.worth)
            return std::nullopt;
        return milliseconds(*amount * unit.worth);
    }
    return std::nullopt;
}

std::string duration_text(milliseconds of)
{
    return of.count() == 0 ? "0s" : in_units(static_cast<std::uint64_t>(of.count()), times);
}

std::string size_text(std::uint64_t bytes)
{
    return in_units(bytes, sizes);
}

namespace {

result<http::endpoint> parse_place(std::string_view text)
{
    if (take_prefix(text, "unix:"))
        return parse_unix(text);
    http::endpoint made;
    made.tls = take_prefix(text, "https://");
    if (!made.tls)
        take_prefix(text, "http://");
    const auto colon = text.rfind(':');
    const auto port = parse_port(colon == std::string_view::npos ? text : text.substr(colon + 1));
    if (!port)
        return not_an_endpoint("it ends with a port from 0 to 65535");
    made.port = *port;
    if (colon == std::string_view::npos)
        return made;
    auto host = numeric_host(text.substr(0, colon));
    if (!host)
        return not_an_endpoint("the host is a numeric address (IPv6 in brackets), localhost, or * for every address");
    made.host = std::move(*host);
    return made;
}

std::string place_text(const http::endpoint& of)
{
    if (!of.path.empty())
        return "unix:" + of.path;
    const bool v6 = of.host.find(':') != std::string::npos;
    return (of.tls ? "https://" : "") + (v6 ? "[" + of.host + "]" : of.host) + ":" + std::to_string(of.port);
}

}   // namespace

result<http::endpoint> parse_endpoint(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos)
        return not_an_endpoint("it must not contain a NUL character");
    const auto mark = std::min(text.find('?'), text.size());
    auto made = parse_place(text.substr(0, mark));
    if (!made || mark == text.size())
        return made;
    if (mark + 1 == text.size())
        return not_an_endpoint("there is nothing behind its question mark");
    return with_options(std::move(*made), text.substr(mark + 1));
}

std::string endpoint_text(const http::endpoint& of)
{
    std::string options = of.proxy_protocol ? "&proxy_protocol=on" : "";
    for (std::string_view rest = of.cors; !rest.empty();) {
        const auto one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
        options.append("&cors=").append(one);
    }
    if (!options.empty())
        options.front() = '?';
    return place_text(of) + options;
}

bool is_local(const http::endpoint& at)
{
    if (!at.path.empty())
        return true;
    in6_addr v6{};
    if (::inet_pton(AF_INET6, at.host.c_str(), &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return is_v4(at.host) && at.host.starts_with("127.");
}

}   // namespace rediserve::config
