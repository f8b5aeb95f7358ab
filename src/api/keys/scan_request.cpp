#include "api/keys/scan_request.hpp"

#include "api/keys/cursor.hpp"
#include "rediserve/base/bytes.hpp"

namespace rediserve::api::keys {

namespace {

constexpr std::int64_t largest_count = 100'000;   // Redis serves nobody else while it looks at so many

result<void> read_cursor(std::string_view text, scan_request& to)
{
    const auto cursor = decode_cursor(text);
    if (!cursor)
        return error(errc::bad_request, "the option \"cursor\" takes what the previous page said");
    to.cursor = *cursor;
    return {};
}

result<void> read_count(std::string_view text, scan_request& to)
{
    to.count = parse_integer(text);
    if (!to.count || *to.count < 1 || *to.count > largest_count)
        return error(
            errc::bad_request, "the option \"count\" takes a number from 1 to " + std::to_string(largest_count)
        );
    return {};
}

std::optional<std::string> text_of(std::optional<std::string_view> option)
{
    if (!option)
        return std::nullopt;
    return std::string(*option);
}

}   // namespace

result<scan_request> scan_request::read(const query& from)
{
    scan_request wish;
    wish.match = text_of(from.find("match"));
    wish.type = text_of(from.find("type"));
    if (const auto text = from.find("count"))
        if (const auto fine = read_count(*text, wish); !fine)
            return fine.error();
    if (const auto text = from.find("cursor"))
        if (const auto fine = read_cursor(*text, wish); !fine)
            return fine.error();
    return wish;
}

redis::batch scan_request::command(std::size_t default_count) const
{
    redis::batch scan;
    scan.begin(4u + (match ? 2 : 0) + (type ? 2 : 0)).argument("SCAN").argument(std::to_string(cursor));
    scan.argument("COUNT").argument(count ? *count : static_cast<std::int64_t>(default_count));
    if (match)
        scan.argument("MATCH").argument(*match);
    if (type)
        scan.argument("TYPE").argument(*type);
    return scan;
}

std::string scan_request::target(std::string_view path, std::uint64_t next) const
{
    std::string text(path);
    text += '?';
    if (match)
        text.append("match=").append(percent_encode(*match)).append("&");
    if (type)
        text.append("type=").append(percent_encode(*type)).append("&");
    if (count)
        text.append("count=").append(std::to_string(*count)).append("&");
    return text.append("cursor=").append(encode_cursor(next));
}

}   // namespace rediserve::api::keys
