// What a principal may do: rules in the words of Redis' access control lists (Redis documentation, "ACL").
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/commands/command_table.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace rediserve::access {

struct rule_set;   // private to the room

enum class refusal : std::uint8_t {
    none,         // it may
    command,      // the command, or its subcommand
    key,          // one of its keys
    channel,      // one of its channels
    keys_hidden   // which keys it touches cannot be known, and not all keys are granted
};

// A decision, and what made it.
struct decision
{
    access::refusal refusal = refusal::none;
    std::string_view object;   // the command, key or channel that decided; a view into what was asked
    std::string_view rule;   // the rule that decided, as written; empty: that there is none. As long-lived as the rules

    explicit operator bool() const noexcept { return refusal == refusal::none; }
};

// Immutable. Decides as Redis would for a user with these rules and nothing before them (`reset`), with these exceptions:
// - A command of the category @dangerous (which holds @admin) is granted by its own name, or by `+@dangerous` or
//   `+@admin`, and by no other category, `+@all` included.
// - Names of commands need not be known, as they are the server's; a rule about a command that it does not have is never
//   used. `-command|word` refuses a command with that first word where Redis has no such subcommand.
// - A command whose keys cannot be known is refused, as are SORT's BY and GET, where not all keys are granted. Redis
//   lets it pass, to refuse it later. So is one that tells names of keys: RANDOMKEY, MONITOR, CLUSTER GETKEYSINSLOT.
//
// Scripts (EVAL, FCALL) are judged by the keys that they declare; what they do beyond that is between them and the user
// that the gateway logs in as.
class rules
{
public:
    // Rules by blanks: `+@read -keys +config|get ~user:* %R~shared:* &news:* (+get ~other:*)`. What has to do with
    // passwords and being on or off is refused, as is what Redis refuses; errc::bad_configuration says which word.
    static result<rules> parse(std::string_view text);

    // Of one command, name first. Not empty.
    decision decide(const commands::command_table& commands, std::span<const std::string_view> words) const;

    // Of (S|P)SUBSCRIBE to one name; a pattern is granted when the very same one is, or all channels are.
    decision decide_channel(std::string_view name, bool is_pattern) const;

    // Whether a key may be seen among those that a scan has found: some selector lets it be read.
    bool sees(std::string_view key) const noexcept;
    // Whether every key is: some selector has no restriction on keys at all.
    bool all_keys() const noexcept;

    std::string_view text() const noexcept;

private:
    explicit rules(std::shared_ptr<const rule_set> set) noexcept : set_(std::move(set)) {}

    std::shared_ptr<const rule_set> set_;   // what decisions point into; never nullptr
};

}   // namespace rediserve::access
