#include "redis/reply_reader.hpp"

#include "rediserve/base/bytes.hpp"
#include "rediserve/redis/reply.hpp"

#include <algorithm>

extern "C" {
#include <hiredis/sds.h>   // says nothing of C++ by itself
}

#include <hiredis/hiredis.h>

namespace rediserve::redis {

namespace {

// Redis' own deepest are COMMAND DOCS and what scripts and modules build; Lua stops at 128 levels of conversion.
constexpr int deepest_reply = 128;

// An error or status up to this size is told whatever is left: it is gone as soon as it was told, and says what went wrong.
constexpr std::size_t short_line = 1024;

constexpr std::string_view line_end = "\r\n";

bool is_line(int type) noexcept
{
    return type == REDIS_REPLY_ERROR || type == REDIS_REPLY_STATUS;
}

std::size_t cost(const redisReadTask* task, const char*, std::size_t length) noexcept
{
    return !task->parent && is_line(task->type) && length <= short_line ? 0 : length;
}

std::size_t cost(const redisReadTask*, std::size_t elements) noexcept
{
    return elements * reply_reader::element_cost;   // hiredis lets no more than 2^33 pass
}

std::size_t cost(const redisReadTask*, double, const char*, std::size_t length) noexcept
{
    return length;
}

std::size_t cost(const redisReadTask*, long long) noexcept
{
    return 0;
}

std::size_t cost(const redisReadTask*, int) noexcept
{
    return 0;
}

}   // namespace

// hiredis' side of the reader.
struct reply_reader::builders
{
    using functions = redisReplyObjectFunctions;

    static functions originals;

    static reply_reader& of(const redisReadTask* task) { return *static_cast<reply_reader*>(task->privdata); }

    // Nobody can use a reply that nothing asked for, and hiredis ends the process on one that is nested without end
    // (freeReplyObject recurses). These guards stand before the functions that build replies and make of such a reply a
    // failure of the connection instead.
    //
    // Each value passes here, once and in order. Returns what is wrong with it, or nullptr.
    static const char* inspect(const redisReadTask* task)
    {
        auto& reader = of(task);
        reader.at_pair_ = reader.attributes_ && reader.attributes_->next_is_pair();
        int depth = 0;
        const auto* root = task;
        for (; root->parent && depth < deepest_reply; ++depth)
            root = root->parent;
        if (depth == deepest_reply)
            return "a reply that is nested too deep";
        const bool expected = reader.listening_ || reader.owed_ > 0;
        if (!expected && root->type != REDIS_REPLY_ERROR && root->type != REDIS_REPLY_PUSH)
            return "a reply that nothing asked for";
        return nullptr;
    }
    static void* object(const redisReadTask* task, const char* why)
    {
        of(task).nonsense_ = why;
        return nullptr;   // which hiredis takes for a lack of memory
    }
    template <auto Build, class... Arguments>
    static void* guarded(const redisReadTask* task, Arguments... arguments)
    {
        const char* const objected = inspect(task);
        return objected ? object(task, objected) : (originals.*Build)(task, arguments...);
    }
    static void* guarded_array(const redisReadTask* task, std::size_t elements)
    {
        void* const made = guarded<&functions::createArray>(task, elements);
        if (made && of(task).at_pair_)
            static_cast<redisReply*>(made)->integer = reply_view::attributed_mark;
        return made;
    }
    // RESP2 has two nils, which hiredis' replies do not tell apart.
    static void* guarded_nil(const redisReadTask* task)
    {
        void* const made = guarded<&functions::createNil>(task);
        if (made && task->type == REDIS_REPLY_ARRAY)
            static_cast<redisReply*>(made)->integer = reply_view::nil_array_mark;
        return made;
    }

    // In place of what is not kept. Only the reply itself must be something: what is inside of it is asked for by nobody, and
    // the element in an array that was kept stays null, which is freed as nothing.
    static void* dropped(const redisReadTask* task)
    {
        if (const char* const objected = inspect(task))
            return object(task, objected);
        if (task->parent)
            return task->privdata;
        return task->type == REDIS_REPLY_PUSH ? originals.createArray(task, 0) : originals.createNil(task);
    }
    template <auto Build, class... Arguments>
    static void* metered(const redisReadTask* task, Arguments... arguments)
    {
        return of(task).meter_.take(cost(task, arguments...)) ? guarded<Build>(task, arguments...) : dropped(task);
    }
    static void* metered_array(const redisReadTask* task, std::size_t elements)
    {
        return of(task).meter_.take(cost(task, elements)) ? guarded_array(task, elements) : dropped(task);
    }
    static void* metered_nil(const redisReadTask* task)
    {
        return of(task).meter_.take(0) ? guarded_nil(task) : dropped(task);
    }

    static functions guards()
    {
        functions made = originals;
        made.createString = guarded<&functions::createString, char*, std::size_t>;
        made.createArray = guarded_array;
        made.createInteger = guarded<&functions::createInteger, long long>;
        made.createDouble = guarded<&functions::createDouble, double, char*, std::size_t>;
        made.createNil = guarded_nil;
        made.createBool = guarded<&functions::createBool, int>;
        return made;
    }
    static functions meters()
    {
        functions made = originals;
        made.createString = metered<&functions::createString, char*, std::size_t>;
        made.createArray = metered_array;
        made.createInteger = metered<&functions::createInteger, long long>;
        made.createDouble = metered<&functions::createDouble, double, char*, std::size_t>;
        made.createNil = metered_nil;
        made.createBool = metered<&functions::createBool, int>;
        return made;
    }
    static functions* choose(bool with_meter)
    {
        static functions guarding = guards();
        static functions metering = meters();
        return with_meter ? &metering : &guarding;
    }
    static void remember(const functions& original)
    {
        [[maybe_unused]] static const bool once = (originals = original, true);
    }
};

reply_reader::builders::functions reply_reader::builders::originals;

void reply_reader::attach(redisReader& reader) noexcept
{
    builders::remember(*reader.fn);
    reader_ = &reader;
    reader.privdata = this;
    choose_builders();
}

void reply_reader::limit(std::size_t most) noexcept
{
    meter_.begin(most);
    metered_ = most > 0 || meter_.beyond();
    choose_builders();
}

void reply_reader::drop() noexcept
{
    meter_.close();
    metered_ = true;
    choose_builders();
}

void reply_reader::choose_builders() noexcept
{
    if (reader_)
        reader_->fn = builders::choose(metered_);
}

std::string reply_reader::refusal() const
{
    return "ERR max reply size exceeded. Limit: " + std::to_string(meter_.most())
        + " bytes. The command has run and its reply was dropped; ask for less at a time (GETRANGE, LRANGE, ZRANGE, "
          "HSCAN, SSCAN)";
}

std::size_t reply_reader::unread() const noexcept
{
    return reader_->len - reader_->pos + pass_over_;
}

// ---- reading -------------------------------------------------------------------------------------------------------

void reply_reader::feed(std::string_view bytes) noexcept
{
    if (!attributes_)
        return take(bytes);
    while (!bytes.empty()) {
        const auto before = attributes_->find(bytes);
        take(bytes.substr(0, before));
        bytes.remove_prefix(before);
        if (bytes.empty())
            return;
        take(attribute_finder::begin_pair);
        bytes.remove_prefix(1);
    }
}

void reply_reader::take(std::string_view bytes) noexcept
{
    if (pass_over_ > 0) {
        const auto passed = static_cast<std::size_t>(std::min<std::uint64_t>(pass_over_, bytes.size()));
        pass_over_ -= passed;
        bytes.remove_prefix(passed);
    }
    redisReaderFeed(reader_, bytes.data(), bytes.size());   // next() notices a failure
}

void* reply_reader::next() noexcept
{
    void* whole = nullptr;
    while (redisReaderGetReply(reader_, &whole) == REDIS_OK && !whole && metered_ && shorten()) {}
    return whole;
}

// Of a text that is not whole and too large already, what has come is let go. True when the reader can go on then.
bool reply_reader::shorten() noexcept
{
    if (reader_->ridx < 0)
        return false;
    const int type = reader_->task[reader_->ridx]->type;
    const std::string_view came(reader_->buf + reader_->pos, reader_->len - reader_->pos);
    if (type == REDIS_REPLY_STRING || type == REDIS_REPLY_VERB)
        return shorten_bulk(came);
    return (is_line(type) || type == REDIS_REPLY_BIGNUM) && shorten_line(came);
}

// Nothing announces how long a line will be. Of one that is too large hiredis gets to see the end.
bool reply_reader::shorten_line(std::string_view came) noexcept
{
    const bool may_end = came.ends_with(line_end.front());
    if (came.size() - (may_end ? 1 : 0) <= std::max(meter_.left(), short_line))
        return false;
    meter_.go_beyond();
    keep_first(reader_->pos);
    if (may_end)
        redisReaderFeed(reader_, line_end.data(), 1);
    return false;
}

bool reply_reader::shorten_bulk(std::string_view came) noexcept
{
    constexpr std::string_view none = "-1\r\n";
    const auto header = came.find(line_end);
    if (header == std::string_view::npos)
        return false;
    const auto size = parse_integer(came.substr(0, header));
    if (!size || *size < 0 || static_cast<std::uint64_t>(*size) <= meter_.left())
        return false;
    meter_.go_beyond();
    const std::uint64_t all = static_cast<std::uint64_t>(*size) + line_end.size();
    pass_over_ = all - (came.size() - header - line_end.size());   // there is some, or the text would be whole
    keep_first(reader_->pos);
    redisReaderFeed(reader_, none.data(), none.size());
    return true;
}

void reply_reader::keep_first(std::size_t size) noexcept
{
    sdssetlen(reader_->buf, size);
    reader_->buf[size] = '\0';
    reader_->len = size;
}

}   // namespace rediserve::redis
