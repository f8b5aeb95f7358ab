// Documents of clients: whatever the bytes, reading ends, and what is made of them can be sent to Redis.
#include "api/keys/envelope.hpp"
#include "api/keys/patch_request.hpp"
#include "api/keys/stream_id.hpp"

#include <cstddef>
#include <string>
#include <string_view>

using namespace rediserve;
using namespace rediserve::api::keys;

namespace {

void check(bool holds)
{
    if (!holds)
        __builtin_trap();
}

void check_refusal(const error& why)
{
    check(why.code == errc::bad_request || why.code == errc::body_too_large || why.code == errc::uri_too_long);
    check(!why.detail.empty());
}

std::string_view writer_of(kind type)
{
    switch (type) {
    case kind::hash: return "HSET";
    case kind::list: return "RPUSH";
    case kind::set: return "SADD";
    case kind::zset: return "ZADD";
    default: return "XADD";
    }
}

void check_command(kind type, const std::vector<std::string>& command)
{
    const bool paired = type == kind::hash || type == kind::zset;
    check(command.size() >= 2 && command.size() <= 1002);
    check(command[0] == writer_of(type) || (type == kind::stream && command[0] == "XDEL"));
    check(!paired || command.size() % 2 == 1);
    check(type != kind::stream || stream_id::read(command[1]) > stream_id());
}

void check_envelope(std::string_view document)
{
    const auto read = envelope::read(document);
    if (!read)
        return check_refusal(read.error());
    check((read->type == kind::string) == read->commands.empty());
    check(read->text.size() <= document.size());
    check(!read->expiry.timed() || read->expiry.milliseconds > 0);
    for (const auto& command : read->commands)
        check_command(read->type, command);
}

void check_patch(std::string_view document)
{
    constexpr std::size_t longest_key = 16;
    const auto read = patch_request::read(document, longest_key);
    if (!read)
        return check_refusal(read.error());
    check(read->rename || !read->expiry.command().empty());
    check(!read->rename || (!read->rename->empty() && read->rename->size() <= longest_key));
    check(!read->to_free_name || read->rename);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check_envelope(input);
    check_patch(input);
    return 0;
}
