// SCAN among the commands of a batch.
#include "cluster/dispatch.hpp"
#include "cluster/router.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace rediserve::cluster {

namespace {

redis::reply_tree with_cursor(std::uint64_t cursor, redis::reply_tree&& page)
{
    std::vector<redis::reply_tree> owners;
    owners.push_back(redis::reply_tree::string(std::to_string(cursor)));
    owners.push_back(std::move(page));
    const std::array elements = {owners[0].view(), owners[1].view()[1]};
    return redis::reply_tree::gathered(elements, std::move(owners));
}

}   // namespace

// The cursor is ours; the node that it is at gets its own. What is no cursor, any node may refuse.
void dispatch::plan_scan(std::size_t index, const redis::batch& from, load& to)
{
    const auto words = home_.words_of(from, index);
    const auto cursor = words.size() > 1 ? read_cursor(words[1]) : std::nullopt;
    if (!cursor) {
        to.commands.append(from, index);
        to.targets.push_back({static_cast<std::uint32_t>(index), 0, target::anywhere, nullptr});
        return;
    }
    states_[index].scan = home_.scans().plan();
    states_[index].page.append(from, index);
    if (*cursor != 0)
        return add_page(index, *cursor, to);
    home_.scans().look([this, life = life_, index](const result<scans::plan_pointer>& now) {
        if (life == life_)
            begin_scan(index, now);
    });
}

void dispatch::begin_scan(std::size_t index, const result<scans::plan_pointer>& now)
{
    if (!now)
        return fail_one(index, now.error());
    states_[index].scan = *now;
    load first;
    add_page(index, 0, first);
    spread(std::move(first));
}

void dispatch::add_page(std::size_t index, std::uint64_t cursor, load& to)
{
    command_state& state = states_[index];
    const auto at = state.scan->read(cursor);
    if (!at) {
        load refused;
        refused.commands.append(state.page, 0);
        refused.targets.push_back({static_cast<std::uint32_t>(index), 0, target::anywhere, nullptr});
        return park(std::move(refused), at.error(), false);
    }
    state.scanned = *at;
    const auto words = home_.words_of(state.page, 0);
    to.commands.begin(words.size()).argument(words[0]).argument(std::string_view(std::to_string(at->cursor)));
    for (const std::string_view word : words.subspan(2))
        to.commands.argument(word);
    const std::int32_t slot = home_.slot_of_node(home_.scans().place_of(at->visit));
    to.targets.push_back({static_cast<std::uint32_t>(index), 0, slot, nullptr});
}

// A page is the node's own cursor and the keys.
void dispatch::take_page(const target& what_for, const redis::reply_view& reply)
{
    command_state& state = states_[what_for.command];
    redis::reply_tree page = redis::reply_tree::copy_of(reply);
    const auto next = reply.is_array() && reply.size() == 2 ? read_cursor(reply[0].text()) : std::nullopt;
    if (!next) {
        state.reply = std::move(page);
        return;
    }
    const auto cursor = state.scan->after(state.scanned, *next);
    if (!cursor)
        fail_one(what_for.command, cursor.error());
    else if (*cursor == 0)
        end_scan(what_for.command, std::move(page));
    else
        state.reply = with_cursor(*cursor, std::move(page));
}

// It is at its end if nothing has moved meanwhile; else it begins anew, as keys may have gone where it had been before.
void dispatch::end_scan(std::size_t index, redis::reply_tree&& page)
{
    auto kept = std::make_shared<redis::reply_tree>(std::move(page));   // a std::function can be copied
    home_.scans().look([this, life = life_, index, kept](const result<scans::plan_pointer>& now) {
        if (life != life_)
            return;
        command_state& state = states_[index];
        const std::uint64_t was = state.scan->fingerprint();
        if (!now)
            return fail_one(index, now.error());
        state.reply = with_cursor((*now)->fingerprint() == was ? 0 : state.scan->beginning(), std::move(*kept));
        tell_what_is_there();
    });
}

}   // namespace rediserve::cluster
