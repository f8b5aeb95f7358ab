// Commands in the URL: whatever it is, each part becomes a word, and words that are encoded come back.
#include "api/reads.hpp"
#include "api/text.hpp"
#include "api/upstash/path_command.hpp"
#include "api/url_text.hpp"
#include "rediserve/base/bytes.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace rediserve;
using namespace rediserve::api;
using namespace rediserve::api::upstash;

namespace {

using strings = std::vector<std::string>;

void check(bool holds)
{
    if (!holds)
        __builtin_trap();
}

strings words(std::string_view path, std::string_view query, std::string_view body)
{
    command_list list;
    read_path_command(path, query, body, list);
    check(list.size() == 1);
    const auto all = list.words(0);
    return {all.begin(), all.end()};
}

// Well-formed text is what base's decoder makes of it; any other only never grows.
void check_decoded(const std::string& word, std::string_view written, const std::optional<std::string>& decoded)
{
    check(decoded ? word == *decoded : word.size() <= written.size());
}

void check_path(std::string_view path)
{
    const strings all = words(path, {}, {});
    check(all == channels(path));
    if (path.starts_with('/'))
        path.remove_prefix(1);
    for (const std::string& word : all) {
        const std::string_view segment = take_part(path, '/');
        check_decoded(word, segment, percent_decode(segment));
    }
    check(path.empty());

    std::string encoded;
    for (const std::string& word : all)
        encoded += "/" + percent_encode(word);
    check(words(encoded + "/", {}, {}) == all);
}

void check_query(std::string_view query)
{
    strings all = words("/c", query, "body");
    check(all.size() >= 2 && all[0] == "c" && all[1] == "body");
    std::string scratch;
    const auto token = query_token(query, scratch);
    check(!token || token->size() <= query.size());
    check(token || query.find("_token=") != 0);

    // As the name of a parameter, some words would be said to the gateway.
    std::erase_if(all, [](const std::string& word) {
        return word.empty() || word == "_token" || word == reads_option;
    });
    std::string encoded = "_token=T";
    for (std::size_t i = 2; i < all.size(); ++i)
        encoded += "&" + percent_encode(all[i]);
    check(words("/c", encoded, "body") == all);
    check(query_token(encoded, scratch) == "T");
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto mark = input.find('?');
    check_path(input.substr(0, mark));
    check_query(mark == std::string_view::npos ? input : input.substr(mark + 1));
    return 0;
}
