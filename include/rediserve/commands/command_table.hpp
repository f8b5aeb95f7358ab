// What the server says about its commands: the reply of COMMAND (Redis documentation, "COMMAND"), as a table, and whether
// its user may use transactions.
#pragma once

#include "rediserve/commands/categories.hpp"
#include "rediserve/commands/key_spec.hpp"
#include "rediserve/commands/routing.hpp"
#include "rediserve/redis/reply.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rediserve::commands {

// Which of its words are names of channels.
enum class channel_words : std::uint8_t { none, first, all, all_patterns };

struct command_info
{
    bool reads_only = false;        // flag `readonly`: may be run again
    bool blocks = false;            // flag `blocking`, or known to: may keep its connection waiting
    bool dangerous = false;         // category @dangerous
    bool has_subcommands = false;   // CONFIG, of which CONFIG GET is another entry
    bool no_script = false;         // flag `noscript`: scripts cannot run it
    bool for_everybody = false;     // flag `no_auth`: whoever has not logged in may run it, so anybody may
    // How many words it has, its name included; negative: so many or more. 0: not told.
    std::int64_t arity = 0;
    channel_words channels = channel_words::none;
    routing where;                          // in a cluster
    category_set categories = 0;            // its own, and those of its parent, which rules give to all its subcommands
    std::string name = {};                  // lower case, "config|get"
    const command_info* parent = nullptr;   // of CONFIG GET: CONFIG
    command_keys keys = {{}, nullptr, true};   // unless the server tells: hidden
};

// A snapshot, immutable once it is shared. Names are looked up in any case.
class command_table
{
public:
    command_table() = default;
    command_table(const command_table&) = delete;   // entries point at their parents
    command_table& operator=(const command_table&) = delete;

    // What blocks and what is commonly read in Redis 7: for as long as the server has not been asked.
    static std::shared_ptr<command_table> built_in();
    // From the reply of COMMAND, of Redis 2.8 and later; nullptr when it has another shape.
    static std::shared_ptr<command_table> parse(const redis::reply_view& reply);

    // The entry of `name`, or that of its subcommand if it has such. nullptr: not known.
    const command_info* find(std::string_view name, std::string_view subcommand = {}) const noexcept;
    // The entry that Redis would look up for these words, name first. nullptr: the command is not known, or has
    // subcommands and not this one.
    const command_info* resolve(std::span<const std::string_view> words) const noexcept;
    // Where a cluster's client is to send these words, name first: as the server says, or as Redis 7 does for those that give
    // no tips.
    routing route(std::span<const std::string_view> words) const noexcept;
    std::size_t size() const noexcept { return entries_.size(); }
    // Whether a server has said all this.
    bool from_server() const noexcept { return from_server_; }

    // Redis' error when the gateway's user may not MULTI or EXEC: the commands of a transaction would be run one by one,
    // so none must be sent. Empty when it may, or for as long as the server has not been asked.
    std::string_view no_transactions() const noexcept { return no_transactions_; }
    void refuse_transactions(std::string_view why) { no_transactions_ = why; }

private:
    struct hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const noexcept;
    };

    command_info& named(std::string_view name);
    void add(const redis::reply_view& command, const command_info* parent);

    std::unordered_map<std::string, command_info, hash, std::equal_to<>> entries_;   // lower case; "config|get"
    bool from_server_ = false;
    bool gives_tips_ = false;
    std::string no_transactions_;
};

}   // namespace rediserve::commands
