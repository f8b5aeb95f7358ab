// Replies under a limit: however they are cut, the outcome is the same, and what is not kept is not touched. The first three
// bytes are the limit and how the rest is cut.
#include "redis/reply_reader.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

using namespace rediserve::redis;

namespace {

constexpr std::size_t rest_of_line = 1025;   // what may be held of one that is too long and has no end yet

void check(bool holds)
{
    if (!holds)
        __builtin_trap();
}

class reading
{
public:
    reading(std::size_t most, bool attributes)
    {
        if (attributes)
            replies_.expect_attributes();
        replies_.attach(*reader_);
        replies_.owe(1'000'000);
        replies_.limit(most);
    }

    void feed(std::string_view bytes)
    {
        replies_.feed(bytes);
        while (void* const reply = replies_.next()) {
            freeReplyObject(reply);
            oversized.push_back(replies_.oversized());
        }
    }
    bool failed() const noexcept { return reader_->err != 0; }
    std::size_t unread() const noexcept { return replies_.unread(); }

    std::vector<bool> oversized;   // of each reply

private:
    reply_reader replies_;
    std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader_{redisReaderCreate(), redisReaderFree};
};

void read(std::string_view stream, std::size_t most, std::size_t step, bool attributes)
{
    reading whole(most, attributes);
    whole.feed(stream);
    reading pieces(most, attributes);
    for (std::size_t at = 0; at < stream.size(); at += step)
        pieces.feed(stream.substr(at, step));
    if (whole.failed())
        return;
    check(!pieces.failed());
    check(pieces.oversized == whole.oversized);
    check(pieces.unread() <= whole.unread() + rest_of_line);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    if (size < 3)
        return 0;
    const std::size_t most = std::max<std::size_t>(data[0] + std::size_t{256} * data[1], 1);
    const std::size_t step = std::max<std::size_t>(data[2], 1);
    const std::string_view stream(reinterpret_cast<const char*>(data) + 3, size - 3);
    read(stream, most, step, false);
    read(stream, most, step, true);
    return 0;
}
