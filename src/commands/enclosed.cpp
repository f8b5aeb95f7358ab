#include "rediserve/commands/enclosed.hpp"

#include "rediserve/base/bytes.hpp"
#include "rediserve/commands/script.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace rediserve::commands {

namespace {

// Lua's stack has 8 000 places, and each word of a command takes one.
constexpr std::size_t most_words = 7'000;

// What stands before an integer that Lua's numbers cannot hold: no status of Redis begins so.
constexpr std::string_view integer_mark = "\1";

// KEYS: the record if there is one, and in a cluster all other keys.
// ARGV: a fingerprint ('' for no record), its time in ms, '1' for a transaction, the number of conditions; of each its kind, key
// and value; then the commands, each behind the number of its words.
//
// The record is made before anything is run, so that what keeps Redis from writing keeps it from all of it. Redis gives the
// effects of a script to its disk and its replicas as one.
constexpr std::string_view source = R"lua(
local at = 0
local function take()
  at = at + 1
  return ARGV[at]
end
local fingerprint, window, transaction = take(), take(), take() == '1'
local record = fingerprint ~= '' and KEYS[1]

local function depth(value)
  if type(value) ~= 'table' then return 0 end
  local most = 0
  for _, each in pairs(value) do most = math.max(most, depth(each)) end
  return most + 1
end

-- cmsgpack leaves out what is nested deeper than 16.
local function kept(result)
  local all = {}
  for i, reply in ipairs(result) do
    all[i] = reply
    if depth(reply) > 14 then all[i] = {err = 'ERR the first answer was nested too deeply to be kept'} end
  end
  return all
end

local function keep(result)
  if record then redis.call('SET', record, fingerprint .. cmsgpack.pack(kept(result)), 'PX', window) end
  return result
end

if record then
  local held = redis.call('GET', record)
  if held then
    if string.sub(held, 1, #fingerprint) ~= fingerprint then return {'reused'} end
    if #held == #fingerprint then return {err = 'ERR this was run before, and its answer could not be kept'} end
    local result = cmsgpack.unpack(string.sub(held, #fingerprint + 1))
    result[2] = 1
    return result
  end
end

local function holds(kind, key, value)
  if kind == 'exists' then return redis.call('EXISTS', key) == tonumber(value) end
  if redis.call('TYPE', key).ok ~= 'string' then return false end
  local held = redis.call('GET', key)
  if kind == 'equals' then return held == value end
  return string.sub(redis.sha1hex(held), 1, #value) == value
end

local conditions = tonumber(take())
for index = 0, conditions - 1 do
  if not holds(take(), take(), take()) then return keep({'unmet', 0, index}) end
end

local function each_command(what)
  local first = at + 2
  while ARGV[first - 1] do
    local last = first + tonumber(ARGV[first - 1]) - 1
    local stop = what(first, last)
    if stop then return stop end
    first = last + 2
  end
end

-- A transaction with a command that its user may not run is not run at all.
if transaction and redis.acl_check_cmd then
  local refused = each_command(function(first, last)
    if redis.acl_check_cmd(unpack(ARGV, first, last)) then return nil end
    return {err = "NOPERM this user has no permissions to run one of the commands, or to access one of their keys"}
  end)
  if refused then return refused end
end

-- Redis 7.0 does not say NOPERM to scripts.
local function in_own_words(reply)
  if type(reply) == 'table' and reply.err then
    return {err = string.gsub(reply.err, "^ERR The user executing the script can't", "NOPERM this user can't")}
  end
  return reply
end

if record then
  local reserved = in_own_words(redis.pcall('SET', record, fingerprint, 'PX', window))
  if reserved.err then return reserved end
end

local function evaluate(first, last)
  local keys = tonumber(ARGV[first + 2])
  if not keys or keys < 0 or first + 2 + keys > last then return {err = 'ERR wrong number of arguments or keys of EVAL'} end
  local chunk, why = loadstring('local KEYS, ARGV = ...; ' .. ARGV[first + 1], '@user_script')
  if not chunk then return {err = 'ERR Error compiling script: ' .. string.gsub(why, '[\r\n]', ' ')} end
  local names, values = {unpack(ARGV, first + 3, first + 2 + keys)}, {unpack(ARGV, first + 3 + keys, last)}
  local fine, reply = pcall(chunk, names, values)
  if fine and reply == nil then return false end
  if fine then return reply end
  if type(reply) == 'table' and reply.err then return reply end
  return {err = 'ERR Error running script: ' .. string.gsub(tostring(reply), '[\r\n]', ' ')}
end

-- Lua's numbers are exact up to here.
local exact = 2 ^ 53
local ways = {INCR = 'GET', INCRBY = 'GET', DECR = 'GET', DECRBY = 'GET', HINCRBY = 'HGET'}
local function run(first, last)
  local name = string.upper(ARGV[first])
  if name == 'EVAL' then return evaluate(first, last) end
  local reply = in_own_words(redis.pcall(unpack(ARGV, first, last)))
  if type(reply) ~= 'number' or (reply < exact and reply > -exact) then return reply end
  local way = ways[name]
  local text = way and redis.pcall(way, unpack(ARGV, first + 1, way == 'GET' and first + 1 or first + 2))
  if type(text) ~= 'string' then return {err = 'ERR it was run, but its reply is too large a number to be told exactly'} end
  return {ok = '\1' .. text}
end

-- What Redis says to the first command that writes, and so before anything was done.
local function keeps_from_writing(name, reply)
  if type(reply) ~= 'table' or not reply.err or string.upper(name) == 'EVAL' then return false end
  local word = string.match(reply.err, '^%-?(%u+)')
  return word == 'OOM' or word == 'READONLY' or word == 'NOREPLICAS' or word == 'MISCONF'
end

local result = {'run', 0}
local unwritable = each_command(function(first, last)
  local reply = run(first, last)
  if keeps_from_writing(ARGV[first], reply) then return reply end
  result[#result + 1] = reply
end)
return unwritable or keep(result)
)lua";

const script& the_script()
{
    static const script one(source);
    return one;
}

using words_of_command = std::span<const std::string_view>;

// The commands that do something: of a transaction, those in it.
struct part
{
    std::size_t first;
    std::size_t end;
};

part part_of(const redis::batch& commands) noexcept
{
    const std::size_t bracket = redis::is_transaction(commands) ? 1 : 0;
    return {bracket, commands.size() - bracket};
}

error not_atomic(std::string_view name, std::string_view why)
{
    std::string text(name.substr(0, 32));
    std::ranges::transform(text, text.begin(), to_upper);
    return error(errc::not_atomic, text.append(" ").append(why), executed::no);
}

bool is_eval(words_of_command words) noexcept
{
    return iequals(words.front(), "EVAL");
}

bool waits(words_of_command words, const command_info& info)
{
    if (!info.blocks)
        return false;
    const bool reads_streams = info.name == "xread" || info.name == "xreadgroup";
    const auto is_block = [](std::string_view word) { return is_keyword(word, "BLOCK"); };
    return !reads_streams || std::ranges::any_of(words, is_block);
}

// Of BITFIELD's types, i64 and the like: their values come in arrays of numbers.
bool has_wide_integers(words_of_command words)
{
    constexpr std::int64_t widest = 53;   // bits, of Lua's numbers
    return std::ranges::any_of(words, [](std::string_view word) {
        const bool is_type = word.size() > 1 && (to_lower(word.front()) == 'i' || to_lower(word.front()) == 'u');
        return is_type && parse_integer(word.substr(1)).value_or(0) > widest;
    });
}

bool fits(std::size_t words, std::int64_t arity) noexcept
{
    const auto count = static_cast<std::int64_t>(words);
    return arity < 0 ? count >= -arity : arity == 0 || count == arity;
}

bool is_for_one_node(const command_info& info)
{
    return info.where.request == request_policy::by_keys || info.where.request == request_policy::multi_shard;
}

// Empty: it can be.
std::string_view why_not(
    words_of_command words, const command_info* info, const enclosed& what, bool transaction, bool table_is_known
)
{
    if (words.size() > most_words)
        return "has too many words to be run inside a script";
    if (is_eval(words) && words.size() > 1 && words[1].starts_with("#!"))
        return "with a script that declares its flags cannot be run inside another script";
    const bool mistaken = table_is_known && (!info || !fits(words.size(), info->arity));
    if (transaction && mistaken)
        return "is not known, or has too few words or too many, so nothing of this transaction would be run";
    if (!info)
        return what.in_slots ? "is not known, so neither are its keys" : "";
    if (waits(words, *info))
        return "may wait, and a script cannot";
    if (info->no_script && !is_eval(words))
        return "cannot be run inside a script; of scripts, EVAL with its source can";
    if (info->name == "bitfield" && has_wide_integers(words))
        return "with integers of more than 53 bits cannot be run inside a script";
    if (what.in_slots && !is_for_one_node(*info))
        return "is run by several nodes of the cluster, each for itself";
    if (what.in_slots && find_keys(info->keys, words).hidden)
        return "does not tell all keys that it touches";
    return {};
}

}   // namespace

std::vector<std::string> keys_told(const enclosed& what, const command_table& known)
{
    std::vector<std::string> names;
    for (const condition& each : what.only_if)
        names.push_back(each.key);
    std::vector<std::string_view> words;
    const auto [first, end] = part_of(what.commands);
    for (std::size_t i = first; i < end; ++i) {
        what.commands.words(i, words);
        if (const command_info* const info = known.resolve(words))
            for (const key_place& place : find_keys(info->keys, words).places)
                names.emplace_back(words[place.at]);
    }
    return names;
}

namespace {

// As the script has to name them.
std::vector<std::string> keys_of(const enclosed& what, const command_table& known)
{
    std::vector<std::string> names;
    if (what.in_slots)
        names = keys_told(what, known);
    if (what.once)
        names.insert(names.begin(), what.once->key);
    return names;
}

std::string_view name_of(condition::kind kind) noexcept
{
    constexpr std::array<std::string_view, 3> names = {"exists", "equals", "tag"};
    return names[static_cast<std::size_t>(kind)];
}

std::size_t count_words(const redis::batch& commands, part within)
{
    std::size_t sum = 0;
    std::vector<std::string_view> words;
    for (std::size_t i = within.first; i < within.end; ++i) {
        commands.words(i, words);
        sum += 1 + words.size();
    }
    return sum;
}

}   // namespace

result<void> can_enclose(const enclosed& what, const command_table& known)
{
    std::vector<std::string_view> words;
    const auto within = part_of(what.commands);
    for (std::size_t i = within.first; i < within.end; ++i) {
        what.commands.words(i, words);
        const std::string_view why = why_not(words, known.resolve(words), what, within.first > 0, known.from_server());
        if (!why.empty())
            return not_atomic(words.front(), why);
    }
    return {};
}

redis::batch enclose(const enclosed& what, const command_table& known, script_by how)
{
    constexpr std::size_t fixed = 3 + 4;   // EVAL, script, number of keys; what stands before the conditions
    const auto within = part_of(what.commands);
    const std::vector<std::string> keys = keys_of(what, known);
    redis::batch made;
    made.begin(fixed + keys.size() + 3 * what.only_if.size() + count_words(what.commands, within));
    if (how == script_by::digest)
        made.argument(std::string_view("EVALSHA")).argument(the_script().digest());
    else
        made.argument(std::string_view("EVAL")).argument(the_script().source());
    made.argument(keys.size());
    for (const std::string& key : keys)
        made.argument(std::string_view(key));
    made.argument(what.once ? std::string_view(what.once->fingerprint) : std::string_view());
    made.argument(what.once ? what.once->window.count() : 0);
    made.argument(within.first).argument(what.only_if.size());
    for (const condition& each : what.only_if)
        made.argument(name_of(each.is)).argument(std::string_view(each.key)).argument(std::string_view(each.value));
    std::vector<std::string_view> words;
    for (std::size_t i = within.first; i < within.end; ++i) {
        what.commands.words(i, words);
        made.argument(words.size());
        for (const std::string_view word : words)
            made.argument(word);
    }
    return made;
}

// ---- the answer ----------------------------------------------------------------------------------------------------

namespace {

constexpr std::size_t outcome_at = 0;
constexpr std::size_t repeated_at = 1;
constexpr std::size_t first_reply = 2;

}   // namespace

enclosed_reply::enclosed_reply(const redis::reply_view& reply, const redis::batch& commands)
    : count_(commands.size()), transaction_(redis::is_transaction(commands)), whole_(reply)
{
    if (!reply.is_array() || reply.size() == 0)
        return;
    const std::string_view said = reply[outcome_at].text();
    const auto [first, end] = part_of(commands);
    repeated_ = reply.size() > repeated_at && reply[repeated_at].integer() == 1;
    if (said == "reused") {
        what_ = outcome::reused;
    } else if (said == "unmet" && reply.size() > first_reply) {
        what_ = outcome::unmet;
        unmet_ = static_cast<std::size_t>(reply[first_reply].integer());
    } else if (said == "run" && reply.size() == first_reply + (end - first)) {
        what_ = repeated_ ? outcome::run_before : outcome::run;
        gather();
    }
}

redis::reply_view enclosed_reply::operator[](std::size_t index) const noexcept
{
    return replies_.empty() ? whole_ : replies_[index];
}

redis::reply_view enclosed_reply::told(std::size_t index)
{
    const redis::reply_view reply = whole_[first_reply + index];
    if (reply.kind() != redis::reply_kind::status || !reply.text().starts_with(integer_mark))
        return reply;
    const auto number = parse_integer(reply.text().substr(integer_mark.size()));
    return made_.emplace_back(redis::reply_tree::integer(number.value_or(0))).view();
}

void enclosed_reply::gather()
{
    const std::size_t inside = whole_.size() - first_reply;
    std::vector<redis::reply_view> replies;
    replies.reserve(inside);
    for (std::size_t i = 0; i < inside; ++i)
        replies.push_back(told(i));
    if (transaction_) {
        const redis::reply_view begun = made_.emplace_back(redis::reply_tree::status("OK")).view();
        const redis::reply_view queued = made_.emplace_back(redis::reply_tree::status("QUEUED")).view();
        const redis::reply_view done = made_.emplace_back(redis::reply_tree::gathered(replies, {})).view();
        replies.assign(inside, queued);
        replies.insert(replies.begin(), begun);
        replies.push_back(done);
    }
    replies_ = std::move(replies);
}

}   // namespace rediserve::commands
