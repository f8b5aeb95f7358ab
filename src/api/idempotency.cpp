#include "api/idempotency.hpp"

#include "api/text.hpp"

#include "rediserve/base/digest.hpp"

#include <algorithm>

namespace rediserve::api {

namespace {

using http::header;

constexpr std::size_t longest = 255;

error no_key()
{
    return error(
        errc::bad_request,
        "Idempotency-Key must be 1 to 255 printable characters, as \"8e03978e-40d5-43dd-bc93-6894a57f9324\"",
        executed::no
    );
}

std::string_view bytes_of(const sha256_digest& of) noexcept
{
    return {reinterpret_cast<const char*>(of.data()), of.size()};
}

// With its length before it, so that nothing of one part can be taken for another's.
void add(std::string& to, std::string_view part)
{
    to.append(std::to_string(part.size())).append(":").append(part);
}

// A ticket in the URL is another one each time.
bool is_token(std::string_view option) noexcept
{
    return option.starts_with("_token=");
}

std::string fingerprint_of(const http::request& of)
{
    std::string all;
    add(all, http::name(of.method));
    add(all, of.path);
    for (std::string_view rest = of.query; !rest.empty();)
        if (const std::string_view option = take_part(rest, '&'); !is_token(option))
            add(all, option);
    for (const header each : {header::content_type, header::if_match, header::if_none_match})
        add(all, of[each]);
    add(all, bytes_of(sha256(of.body)));
    return std::string(bytes_of(sha256(all)));
}

std::string name_of(std::string_view principal, std::string_view key)
{
    std::string all;
    add(all, principal);
    add(all, key);
    const sha256_digest digest = sha256(all);
    std::string name(2 * digest.size(), '0');
    to_hex(digest.data(), digest.size(), name.data());
    return name;
}

// What is between the quotes; a backslash stands before a quote and before itself.
result<std::string> unquoted(std::string_view text)
{
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"')
            return no_key();
        if (text[i] == '\\' && (++i == text.size() || (text[i] != '"' && text[i] != '\\')))
            return no_key();
        made.push_back(text[i]);
    }
    return made;
}

}   // namespace

result<repeatable> repeatable::read(
    const http::request& request, std::string_view principal, std::chrono::milliseconds window
)
{
    const auto key = read_idempotency_key(request[header::idempotency_key]);
    if (!key)
        return key.error();
    return repeatable{name_of(principal, *key), fingerprint_of(request), window};
}

void running_requests::leave::operator()(const std::string* name) const noexcept
{
    const std::lock_guard held(list->lock_);
    list->names_.erase(*name);
    delete name;
}

result<running_requests::place> running_requests::join(std::string_view name)
{
    const std::lock_guard held(lock_);
    if (!names_.emplace(name).second)
        return error(
            errc::idempotency_key_busy, "the first request with this Idempotency-Key is still running", executed::no
        );
    return place(new std::string(name), leave{this});
}

result<std::string> read_idempotency_key(std::string_view header)
{
    const bool quoted = header.size() > 2 && header.front() == '"' && header.back() == '"';
    auto key = quoted ? unquoted(header.substr(1, header.size() - 2)) : result<std::string>(header);
    if (!key)
        return key;
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    const bool fits = !key->empty() && key->size() <= longest && std::ranges::all_of(*key, printable);
    if (!fits || (!quoted && header.find_first_of("\" ,;\\") != std::string_view::npos))
        return no_key();
    return key;
}

std::string record_key(std::string_view tag, std::string_view name)
{
    std::string made = "rediserve:once:";
    if (!tag.empty())
        made.append("{").append(tag).append("}:");
    return made.append(name);
}

}   // namespace rediserve::api
