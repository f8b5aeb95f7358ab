// Heads and chunked bodies: whatever the bytes, parsing ends, stays inside its input, and agrees with itself about
// where the head ends however it arrives.
#include "http/head_scan.hpp"
#include "http/parser.hpp"

#include <cstdlib>
#include <string_view>

using namespace rediserve;
using namespace rediserve::http;

namespace {

void check(bool holds)
{
    if (!holds)
        std::abort();
}

bool inside(std::string_view part, std::string_view whole)
{
    return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    head_scan at_once;
    const auto found = at_once(input, {});

    head_scan in_two;
    const auto half = in_two(input.substr(0, size / 2), {});
    if (half && !*half) {
        const auto whole = in_two(input, {});
        check(whole.has_value() == found.has_value());
        check(!whole || *whole == *found);
    }
    if (!found || !*found)
        return 0;

    const std::string_view head = input.substr(0, **found);
    request parsed;
    const auto framing = parse_head(head, parsed);
    if (!framing)
        return 0;
    check(inside(parsed.path, head) || parsed.path == "/");
    check(inside(parsed.query, head));
    if (!framing->chunked)
        return 0;
    chunked_body decoder(head, 1000);
    buffer body;
    const auto used = decoder.decode(input.substr(head.size()), body);
    check(!used || *used <= size - head.size());
    check(body.size() <= 1000);
    return 0;
}
