// Configuration documents: whatever the bytes, reading ends, and a refusal says why on lines of their own.
#include "rediserve/config/load.hpp"

#include <cstdlib>
#include <string_view>

using namespace rediserve;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto read = config::parse_document(text, "fuzz.json");
    if (read)
        return 0;
    if (read.error().exit_code != 78 || !read.error().text.starts_with("fuzz.json:"))
        std::abort();
    if (read.error().text.find('\0') != std::string::npos)
        std::abort();
    return 0;
}
