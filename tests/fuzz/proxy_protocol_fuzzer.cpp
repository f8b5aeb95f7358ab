// What a proxy says before the first byte, whole and in pieces: more bytes never change what was found.
#include "http/proxy_header.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    using rediserve::http::parse_proxy_header;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto whole = parse_proxy_header(input);
    if (whole && *whole && ((*whole)->size > size || (*whole)->size > rediserve::http::longest_proxy_header))
        std::abort();
    for (std::size_t part = 0; part < size; ++part) {
        const auto found = parse_proxy_header(input.substr(0, part));
        if (!found && whole)
            std::abort();   // refused too early
        if (found && *found && !(whole && *whole && (*whole)->size == (*found)->size))
            std::abort();
    }
    return 0;
}
