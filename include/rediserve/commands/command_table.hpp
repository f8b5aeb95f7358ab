// What the server says about its commands: the reply of COMMAND (Redis documentation, "COMMAND"), as a table, and whether
// its user may use transactions.
#pragma once

#include "rediserve/redis/reply.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rediserve::commands {

struct command_info
{
    bool reads_only = false;        // flag `readonly`: may be run again
    bool blocks = false;            // flag `blocking`, or known to: may keep its connection waiting
    bool dangerous = false;         // category @dangerous
    bool has_subcommands = false;   // CONFIG, of which CONFIG GET is another entry
};

// A snapshot, immutable once it is shared. Names are looked up in any case.
class command_table
{
public:
    // What blocks and what is commonly read in Redis 7: for as long as the server has not been asked.
    static std::shared_ptr<command_table> built_in();
    // From the reply of COMMAND, of Redis 2.8 and later; nullptr when it has another shape.
    static std::shared_ptr<command_table> parse(const redis::reply_view& reply);

    // The entry of `name`, or that of its subcommand if it has such. nullptr: not known.
    const command_info* find(std::string_view name, std::string_view subcommand = {}) const noexcept;
    std::size_t size() const noexcept { return entries_.size(); }

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

    void add(const redis::reply_view& command);

    std::unordered_map<std::string, command_info, hash, std::equal_to<>> entries_;   // lower case; "config|get"
    std::string no_transactions_;
};

}   // namespace rediserve::commands
