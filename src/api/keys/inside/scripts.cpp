#include "api/keys/inside/scripts.hpp"

#include "api/keys/scripts.hpp"
#include "rediserve/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rediserve::api::keys {

namespace {

using commands::script;
using commands::script_request;

// ARGV: what counts the parts, the most that may be answered, the reach, how many a page shows; the command. A stream may
// be there and be empty.
constexpr std::string_view read_parts_source = R"lua(
local key, most, reach = KEYS[1], tonumber(ARGV[2]), ARGV[3]
local size = redis.pcall(ARGV[1], key)
if type(size) == 'table' then return size end
if size == 0 and (ARGV[1] ~= 'XLEN' or redis.call('EXISTS', key) == 0) then return false end
local wanted = 0
if reach == 'whole' then wanted = size end
if reach == 'ranks' then
  local first, last = tonumber(ARGV[6]), tonumber(ARGV[7])
  if first < 0 then first = math.max(size + first, 0) end
  if last < 0 then last = size + last end
  wanted = math.min(last, size - 1) - first + 1
end
if wanted > most then return {size, false} end
local parts = redis.pcall(ARGV[5], key, unpack(ARGV, 6))
if parts.err then return parts end
local more = false
if reach == 'scan' then
  if parts[1] ~= '0' then more = parts[1] end
  parts = parts[2]
elseif reach == 'page' and #parts > tonumber(ARGV[4]) then
  more = table.remove(parts)[1]
end
return {size, parts, more}
)lua";

// ARGV: a guard's two lists, the reader, the element, the command and its further arguments.
constexpr std::string_view guarded_element_source = R"lua(
local key = KEYS[1]
local value = redis.pcall(ARGV[3], key, ARGV[4])
if type(value) == 'table' then return value end
local function matches(list)
  if list == '*' then return value ~= false end
  if not value then return false end
  return string.find(list, '"' .. string.sub(redis.sha1hex(value), 1, 32) .. '"', 1, true) ~= nil
end
if ARGV[1] ~= '' and not matches(ARGV[1]) then return false end
if ARGV[2] ~= '' and matches(ARGV[2]) then return false end
return redis.pcall(ARGV[5], key, ARGV[4], unpack(ARGV, 6))
)lua";

// In the order of the enumerations.
constexpr std::array<std::string_view, 6> counters = {"STRLEN", "HLEN", "LLEN", "SCARD", "ZCARD", "XLEN"};
constexpr std::array<std::string_view, 5> reaches = {"whole", "ranks", "own", "scan", "page"};

template <std::size_t Size, class Enumeration>
std::string word(const std::array<std::string_view, Size>& of, Enumeration value)
{
    return std::string(of[static_cast<std::size_t>(value)]);
}

}   // namespace

script_request read_parts(std::string_view key, const parts_read& what, std::size_t most)
{
    static const script source(read_parts_source);
    const std::string counter = word(counters, what.type);
    script_request request{source, {std::string(key)}, {}, {}, {counter, what.command.front()}};
    request.arguments = {counter, std::to_string(most), word(reaches, what.reach), std::to_string(what.shown)};
    request.arguments.insert(request.arguments.end(), what.command.begin(), what.command.end());
    return request;
}

std::optional<parts_found> parts_found::read(const redis::reply_view& reply)
{
    if (reply.size() < 2 || !reply[0].is_integer())
        return std::nullopt;
    parts_found found;
    found.size = reply[0].integer();
    if (reply[1].is_nil())
        return found;
    if (!reply[1].is_array() || reply.size() < 3)
        return std::nullopt;
    found.parts = reply[1];
    found.next = reply[2].text();
    return found;
}

script_request guarded_element(std::string_view key, const guard& by, element_write&& what)
{
    static const script source(guarded_element_source);
    script_request request{source, {std::string(key)}, {by.must_match, by.must_not_match}, {}, {}};
    for (const std::string_view one : {what.reader, what.command})
        request.stands_for.emplace_back(one);
    request.arguments.emplace_back(what.reader);
    request.arguments.push_back(std::move(what.element));
    request.arguments.emplace_back(what.command);
    if (what.value)
        give(request, std::move(*what.value));
    return request;
}

}   // namespace rediserve::api::keys
