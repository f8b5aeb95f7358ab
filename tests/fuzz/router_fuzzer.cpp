// The router of the keys dialect: whatever the target, what it finds is part of the path, and what it makes of keys and
// options says again what was sent.
#include "api/conditions.hpp"
#include "api/keys/cursor.hpp"
#include "api/keys/expiry.hpp"
#include "api/keys/inside/entry_request.hpp"
#include "api/keys/inside/score_options.hpp"
#include "api/keys/key_name.hpp"
#include "api/keys/offers.hpp"
#include "api/keys/query.hpp"
#include "api/keys/range.hpp"
#include "api/keys/resource.hpp"
#include "api/keys/scan_request.hpp"
#include "rediserve/base/bytes.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

using namespace rediserve;
using namespace rediserve::api::keys;

namespace {

constexpr std::string_view prefix = "/keys";
constexpr std::size_t longest_key = 64;

constexpr std::array<known_option, 10> known = {{
    {"ttl", option_kind::value},
    {"ttl_ms", option_kind::value},
    {"keepttl", option_kind::flag},
    {"match", option_kind::value},
    {"type", option_kind::value},
    {"count", option_kind::value},
    {"cursor", option_kind::value},
    {"start", option_kind::value},
    {"min", option_kind::value},
    {"key", option_kind::repeated},
}};

void check(bool holds)
{
    if (!holds)
        __builtin_trap();
}

bool inside(std::string_view part, std::string_view whole)
{
    return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void check_key(std::string_view segment)
{
    const auto key = key_name::decode(segment, longest_key);
    if (!key) {
        check(!key.error().detail.empty());
        return;
    }
    check(!key->view().empty() && key->view().size() <= longest_key);
    check(key->view() == percent_decode(segment));
    const auto again = key_name::decode(percent_encode(key->view()), longest_key);
    check(again && again->view() == key->view());
}

void check_path(std::string_view path)
{
    const auto found = locate(path, prefix);
    if (!found) {
        check(found.error().code == errc::unknown_resource || found.error().code == errc::bad_request);
        return;
    }
    check((found->place == place::keys) == (path == prefix));
    check(allowed_methods(found->place).ends_with(", OPTIONS"));
    check(telemetry::name(route_of(found->place)).starts_with("key"));
    if (found->place == place::keys)
        return;
    check(!found->key.empty() && inside(found->key, path) && found->key.find('/') == std::string_view::npos);
    check_key(found->key);
    if (found->part.empty())
        return;
    check(inside(found->part, path) && found->part.find('/') == std::string_view::npos);
    check(found->part.data() > found->key.data() + found->key.size());   // behind the key
}

// The link to the next page asks for what this page was asked for.
void check_scan(const query& options)
{
    const auto wish = scan_request::read(options);
    if (!wish)
        return;
    check(!wish->count || *wish->count > 0);
    const std::string target = wish->target(prefix, 42);
    for (const char c : target)
        check(c > ' ' && c < '\x7f' && c != '<' && c != '>' && c != '"');
    const auto again = query::read(std::string_view(target).substr(prefix.size() + 1), known);
    check(again.has_value());
    const auto next = scan_request::read(*again);
    check(next && next->match == wish->match && next->type == wish->type && next->count == wish->count);
    check(next->cursor == 42);
}

void check_query(std::string_view text)
{
    const auto options = query::read(text, known);
    if (!options) {
        check(options.error().code == errc::bad_request);
        return;
    }
    check(options->all("key").size() <= options->size());
    if (const auto expiry = expiry::read(*options); expiry && expiry->timed())
        check(expiry->milliseconds > 0 && expiry->set_options().size() == 2);
    check_scan(*options);
    if (const auto bound = read_entry_bound(*options, "start", "-"))
        check(!bound->empty() && bound->find_first_not_of("0123456789-+(") == std::string::npos);
    if (const auto bound = read_bound(*options, "min", "-inf"))
        check(!bound->empty() && bound->find_first_of(" [\r\n") == std::string::npos);
}

void check_headers(std::string_view text)
{
    if (const auto range = read_range(text))
        for (const std::int64_t size : {0, 1, 10, 1000}) {
            const auto part = resolve(*range, size);
            check(!part || (part->first >= 0 && part->size > 0 && part->first + part->size <= size));
        }
    if (const auto list = api::tag_list::read(text)) {
        check(list->any != !list->tags.empty());
        for (const api::entity_tag& tag : list->tags)
            check(list->matches_weakly(tag.opaque) && tag.opaque.find('"') == std::string::npos);
    }
    for (const char of : {cursor_of_keys, cursor_of(kind::hash), cursor_of(kind::set), cursor_of(kind::zset)})
        if (const auto cursor = decode_cursor(text, of))
            check(decode_cursor(encode_cursor(*cursor, of), of) == cursor);
    if (const auto entry = entry_request::read(text))
        check(!entry->fields.empty() && entry->command("k", false).size() == 1);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto mark = input.find('?');
    const std::string path = std::string(prefix).append(input.substr(0, mark));
    if (path.size() == prefix.size() || path[prefix.size()] == '/')   // the service hands on no others
        check_path(path);
    check_query(mark == std::string_view::npos ? input : input.substr(mark + 1));
    check_headers(input);
    return 0;
}
