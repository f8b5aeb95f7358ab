#include "api/keys/scripts.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rediserve::api::keys {

namespace {

using commands::script;
using commands::script_request;

// Up to here a value is sent as an ordinary argument: it is copied once more, and the script goes by its digest.
constexpr std::size_t small_value = 16 * 1024;

constexpr std::string_view describe_whole_source = R"lua(
local key, most = KEYS[1], tonumber(ARGV[1])
local kind = redis.call('TYPE', key).ok
if kind == 'none' then return false end
local ttl = redis.call('PTTL', key)
local count = {hash = 'HLEN', list = 'LLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN'}
if kind == 'string' then
  local value = redis.call('GET', key)
  return {kind, ttl, #value, value}
end
if not count[kind] then return {kind, ttl} end
local size = redis.call(count[kind], key)
if size > most then return {kind, ttl, size} end
local read = {
  hash = {'HGETALL', key}, list = {'LRANGE', key, 0, -1}, set = {'SMEMBERS', key},
  zset = {'ZRANGE', key, 0, -1, 'WITHSCORES'}, stream = {'XRANGE', key, '-', '+'},
}
return {kind, ttl, size, redis.call(unpack(read[kind]))}
)lua";

constexpr std::string_view describe_outside_source = R"lua(
local kind = redis.call('TYPE', KEYS[1]).ok
if kind == 'none' then return false end
local ttl = redis.call('PTTL', KEYS[1])
if kind ~= 'string' then return {kind, ttl} end
local value = redis.call('GET', KEYS[1])
return {kind, ttl, #value, redis.sha1hex(value)}
)lua";

// What every writing script begins with. ARGV[1] and ARGV[2] are a guard's two lists; a tag is the value's when it
// stands there in its quotes. Writes are called with pcall, whose errors keep Redis' own first word.
constexpr std::string_view guarded = R"lua(
local key = KEYS[1]
local kind = redis.call('TYPE', key).ok
local exists = kind ~= 'none'
local function matches(list)
  if list == '*' then return exists end
  if kind ~= 'string' then return false end
  local tag = string.sub(redis.sha1hex(redis.call('GET', key)), 1, 32)
  return string.find(list, '"' .. tag .. '"', 1, true) ~= nil
end
if ARGV[1] ~= '' and not matches(ARGV[1]) then return false end
if ARGV[2] ~= '' and matches(ARGV[2]) then return false end
local function is_error(reply) return type(reply) == 'table' and reply.err end
local created = exists and 0 or 1
)lua";

// ARGV: the options of SET, and the value at the end.
constexpr std::string_view set_source = R"lua(
local reply = redis.pcall('SET', key, ARGV[#ARGV], unpack(ARGV, 3, #ARGV - 1))
if is_error(reply) then return reply end
return created
)lua";

// ARGV: whether to keep the time to live; the commands, each behind the number of its words.
constexpr std::string_view replace_source = R"lua(
local left = -1
if ARGV[3] == '1' then left = redis.call('PTTL', key) end
local reply = redis.pcall('DEL', key)
if is_error(reply) then return reply end
local at = 4
while ARGV[at] do
  local last = at + tonumber(ARGV[at])
  reply = redis.pcall(ARGV[at + 1], key, unpack(ARGV, at + 2, last))
  if is_error(reply) then return reply end
  at = last + 1
end
if left > 0 then redis.call('PEXPIRE', key, left) end
return created
)lua";

constexpr std::string_view delete_source = R"lua(
return redis.pcall('UNLINK', key)
)lua";

// ARGV: whether the new name must be free; a command, and its argument if it has one. KEYS[2]: the new name.
constexpr std::string_view patch_source = R"lua(
if not exists then return -2 end
if KEYS[2] then
  local reply = redis.pcall(ARGV[3] == '1' and 'RENAMENX' or 'RENAME', key, KEYS[2])
  if is_error(reply) then return reply end
  if reply == 0 then return false end
  key = KEYS[2]
end
if ARGV[4] ~= '' then
  local reply = redis.pcall(ARGV[4], key, unpack(ARGV, 5))
  if is_error(reply) then return reply end
end
local left = redis.call('PTTL', key)
if left == -2 then return 0 end
return left
)lua";

// Behind the guard. The text lives as long as the script.
struct guarded_script
{
    explicit guarded_script(std::string_view body) : source(std::string(guarded).append(body)), whole(source) {}
    guarded_script(const guarded_script&) = delete;

    std::string source;
    script whole;
};

script_request request_for(const script& what, std::string_view key, std::vector<std::string> stands_for)
{
    return {what, {std::string(key)}, {}, {}, std::move(stands_for)};
}

// `writes` are the commands that are not the guard's.
script_request request_for(
    const guarded_script& what, std::string_view key, const guard& by, std::vector<std::string> writes
)
{
    writes.emplace_back("type");
    if (!by.must_match.empty() || !by.must_not_match.empty())
        writes.emplace_back("get");   // whose digest is a tag
    return {what.whole, {std::string(key)}, {by.must_match, by.must_not_match}, {}, std::move(writes)};
}

// Fit to stand in a header.
bool is_word(std::string_view text) noexcept
{
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::string flag(bool set)
{
    return set ? "1" : "";
}

}   // namespace

// ---- reading -------------------------------------------------------------------------------------------------------

script_request describe_whole(std::string_view key, std::size_t most)
{
    static const script what(describe_whole_source);
    script_request request =
        request_for(what, key, {"type", "pttl", "get", "hgetall", "lrange", "smembers", "zrange", "xrange"});
    request.arguments.push_back(std::to_string(most));
    return request;
}

script_request describe_outside(std::string_view key)
{
    static const script what(describe_outside_source);
    return request_for(what, key, {"type", "pttl", "get"});
}

std::optional<description> description::read(const redis::reply_view& reply)
{
    if (reply.size() < 2 || !is_word(reply[0].text()) || !reply[1].is_integer())
        return std::nullopt;
    description found;
    found.type = reply[0].text();
    found.ttl_ms = reply[1].integer();
    if (reply.size() > 2)
        found.size = std::max(reply[2].integer(), std::int64_t{0});
    if (reply.size() > 3) {
        found.value = reply[3];
        found.sha1 = reply[3].text();
    }
    return found;
}

// ---- writing -------------------------------------------------------------------------------------------------------

script_request guarded_set(std::string_view key, const guard& by, std::vector<std::string> options, payload&& value)
{
    static const guarded_script what(set_source);
    script_request request = request_for(what, key, by, {"set"});
    std::ranges::move(options, std::back_inserter(request.arguments));
    give(request, std::move(value));
    return request;
}

void give(script_request& to, payload&& value)
{
    if (value.size() <= small_value)
        to.arguments.emplace_back(value.view());
    else
        to.large = std::move(value);
}

script_request guarded_replace(
    std::string_view key, const guard& by, bool keep_ttl, std::vector<std::vector<std::string>> commands
)
{
    static const guarded_script what(replace_source);
    script_request request = request_for(what, key, by, {"del"});
    if (keep_ttl)
        request.stands_for.insert(request.stands_for.end(), {"pttl", "pexpire"});
    request.arguments.push_back(flag(keep_ttl));
    for (std::vector<std::string>& command : commands) {
        request.stands_for.push_back(command.front());
        request.arguments.push_back(std::to_string(command.size()));
        std::ranges::move(command, std::back_inserter(request.arguments));
    }
    return request;
}

script_request guarded_delete(std::string_view key, const guard& by)
{
    static const guarded_script what(delete_source);
    return request_for(what, key, by, {"unlink"});
}

script_request guarded_patch(std::string_view key, const guard& by, patch_steps steps)
{
    static const guarded_script what(patch_source);
    script_request request = request_for(what, key, by, {"pttl"});
    if (!steps.new_name.empty()) {
        request.keys.push_back(std::move(steps.new_name));
        request.stands_for.emplace_back(steps.to_free_name ? "renamenx" : "rename");
    }
    if (!steps.command.empty())
        request.stands_for.push_back(steps.command);
    request.arguments.push_back(flag(steps.to_free_name));
    request.arguments.push_back(std::move(steps.command));
    if (!steps.argument.empty())
        request.arguments.push_back(std::move(steps.argument));
    return request;
}

}   // namespace rediserve::api::keys
