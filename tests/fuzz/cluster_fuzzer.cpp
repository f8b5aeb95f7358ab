// What the nodes of a cluster say: whatever it is, it is understood or refused, and what was understood holds together.
#include "cluster/migrations.hpp"
#include "cluster/redirect.hpp"
#include "cluster/scan_cursor.hpp"
#include "cluster/slot_map.hpp"

#include <hiredis/hiredis.h>

#include <memory>
#include <string_view>

using namespace rediserve;

namespace {

void check(bool holds)
{
    if (!holds)
        __builtin_trap();
}

const redis::place asked{"asked", 7000};

void look_at(const cluster::slot_map& map)
{
    std::size_t served = 0;
    for (std::size_t slot = 0; slot < cluster::slot_count; ++slot) {
        const cluster::node* const owner = map.primary_of(static_cast<std::uint16_t>(slot));
        served += owner ? 1 : 0;
        check(!owner || (!owner->at.host.empty() && owner->at.port != 0 && !owner->id.empty()));
        check(!owner || map.find(owner->at) == owner);
    }
    check(served == map.served());
    check(map.same_owners(map));
    for (const cluster::shard& one : map.shards())
        for (const std::size_t replica : one.replicas)
            check(replica < map.nodes().size());
    const cluster::scan_plan plan(map);
    check(plan.visits().size() == map.shards().size());
    if (plan.visits().empty())
        return;
    const auto cursor = plan.after({0, 0}, 1);
    check(cursor && *plan.read(*cursor) == cluster::scan_position{0, 1});
}

void read_slots(std::string_view resp)
{
    const std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader(redisReaderCreate(), redisReaderFree);
    reader->maxelements = 1024;   // or a few bytes would ask for gigabytes
    redisReaderFeed(reader.get(), resp.data(), resp.size());
    void* got = nullptr;
    if (redisReaderGetReply(reader.get(), &got) != REDIS_OK || !got)
        return;
    const std::unique_ptr<redisReply, decltype(&freeReplyObject)> reply(static_cast<redisReply*>(got), freeReplyObject);
    const auto map = cluster::slot_map::parse(redis::reply_view(reply.get()), asked, {});
    if (map)
        look_at(*map);
    else
        check(map.error().code == errc::backend_protocol);
}

void read_texts(std::string_view text)
{
    using kind = cluster::redirect::kind;
    const auto redirect = cluster::read_redirect(text, asked);
    if (redirect && (redirect->is == kind::moved || redirect->is == kind::ask))
        check(redirect->slot < cluster::slot_count && redirect->to.port != 0);
    if (const auto open = cluster::read_migrations(text))
        for (const cluster::migration& one : *open)
            check(one.slot < cluster::slot_count);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    read_slots(bytes);
    read_texts(bytes);
    return 0;
}
