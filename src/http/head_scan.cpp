#include "http/head_scan.hpp"

#include <string>

namespace rediserve::http {

namespace {

result<void> check_size(std::size_t line_start, std::size_t end, const limits& within)
{
    if (line_start == 0 && end > within.request_line)
        return error(
            errc::uri_too_long, "the request line is longer than " + std::to_string(within.request_line) + " bytes"
        );
    if (end > within.header + within.request_line || (line_start != 0 && end > within.header))
        return error(errc::header_too_large, "the header is larger than " + std::to_string(within.header) + " bytes");
    return {};
}

}   // namespace

result<std::optional<std::size_t>> head_scan::operator()(std::string_view input, const limits& within)
{
    for (;;) {
        const auto found = input.find('\n', scanned_);
        const std::size_t end = found == std::string_view::npos ? input.size() : found + 1;
        if (auto fits = check_size(line_, end, within); !fits)
            return fits.error();
        if (found == std::string_view::npos) {
            scanned_ = input.size();
            return std::nullopt;
        }
        if (found == line_ || input[found - 1] != '\r')
            return error(errc::bad_request, "a line of the header ends with LF alone");
        if (found - line_ == 1)
            return std::optional(end);
        if (line_ != 0 && (input[line_] == ' ' || input[line_] == '\t'))
            return error(errc::bad_request, "a header field is folded over two lines");
        line_ = scanned_ = end;
    }
}

}   // namespace rediserve::http
