// Addresses of Redis: what is read is whole, and is written back as what was read.
#include "rediserve/redis/address.hpp"

#include <string_view>

using namespace rediserve;

namespace {

void check(bool holds)
{
    if (!holds)
        __builtin_trap();
}

void check_whole(const redis::address& at)
{
    const bool is_one = at.topology == redis::topology::standalone;
    check(at.seeds.empty() == is_one && at.seeds.size() <= 64);
    check(is_one || (at.seeds.front() == redis::place{at.host, at.port}));
    check(at.master.empty() == (at.topology != redis::topology::sentinel));
    check(at.topology != redis::topology::cluster || at.database == 0);
    for (const auto& seed : at.seeds)
        check(!seed.host.empty() && seed.port != 0);
}

void check_place(std::string_view text)
{
    const auto read = redis::parse_place(text, {"here", 1});
    if (read)
        check(redis::parse_place(redis::to_text(*read), {"there", 2}).value() == *read);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check_place(input);
    auto read = redis::parse_address(input);
    if (!read)
        return 0;
    check_whole(*read);
    if (!read->password.empty())
        read->password = "***";
    const auto url = redis::masked_url(*read);
    check(redis::parse_address(url).value() == *read);
    return 0;
}
