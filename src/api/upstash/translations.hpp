// What Upstash's clients say and a Redis that is not Upstash's does not understand.
#pragma once

#include "api/upstash/command_list.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rediserve::api::upstash {

// What is to be done with the reply to a translated command.
enum class aftermath : std::uint8_t {
    none,
    original_digest,    // the reply is the digest of a script; the client knows it by another
    types_of_page,      // the reply is a page of SCAN; the type of each key is wanted too
    token,              // the reply says whether a token for a user may be had; then the login is to be proven
    same_key_is_zero,   // an error about a key copied onto itself is no error but 0
};

struct translation
{
    aftermath after = aftermath::none;
    std::string text;   // of original_digest: what the client knows
};

// Scripts that had to be changed: by the digest of the text as clients have it, the digest of what Redis was given. Shared
// by all threads. Bounded: the oldest is forgotten, which costs its next user one NOSCRIPT.
class changed_scripts
{
public:
    void add(std::string original, std::string digest);
    std::optional<std::string> find(std::string_view original) const;

private:
    mutable std::shared_mutex guard_;
    std::unordered_map<std::string, std::string> digests_;
    std::deque<std::string> by_age_;
};

// Rewrites command `index` of `list` where it needs to be.
translation translate(command_list& list, std::size_t index, changed_scripts& scripts);

// Puts = in the place of the ~ with which XADD or XTRIM lets Redis leave more entries than the client has said, as Upstash
// does not. With a LIMIT, which only goes with ~, the client means it.
void trim_exactly(std::span<std::string_view> words);

}   // namespace rediserve::api::upstash
