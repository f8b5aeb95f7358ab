#include "rediserve/api/serve.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::api {

namespace {

bool lies_under(std::string_view path, std::string_view prefix) noexcept
{
    if (path.size() == prefix.size())
        return path == prefix && !path.empty();   // no path at all was understood of a malformed request
    return path.starts_with(prefix) && path[prefix.size()] == '/';
}

}   // namespace

std::string_view dialect::token(const http::request& of, const params&, std::string&) const
{
    return access::bearer_token(of[http::header::authorization]);
}

bool dialect::open(const http::request&) const
{
    return false;
}

service::service(
    std::vector<mount> mounts, std::vector<redis::backend*> backends, const params& settings,
    std::shared_ptr<const access::authenticator> authenticator, telemetry::shard_metrics& metrics
)
    : mounts_(std::move(mounts))
    , backends_(std::move(backends))
    , settings_(settings)
    , authenticator_(std::move(authenticator))
    , commands_(backends_.size(), commands::command_table::built_in())
    , metrics_(metrics)
{
    const auto length = [](const mount& of) { return of.prefix.size(); };
    std::ranges::stable_sort(mounts_, std::ranges::greater(), length);
}

bool service::admit(http::exchange& of)
{
    const mount* const at = find(of.request().path);
    const bool open = at && (at->access == guard::open || at->dialect->open(of.request()));
    if (!open && !authenticate(of, at))   // before anything is told about what there is
        return false;
    if (!at)
        answer_unmounted(of);
    return at != nullptr;
}

void service::answer_unmounted(http::exchange& of) const
{
    if (of.request().path == "*")   // of OPTIONS: what the server as a whole offers (RFC 9110, 9.3.7)
        render_allowed_methods(of, "GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS");
    else
        render_error(of, unknown_path());
}

bool service::authenticate(http::exchange& of, const mount* at)
{
    const http::request& request = of.request();
    std::string scratch;
    const std::string_view token = at ? at->dialect->token(request, settings_, scratch)
                                      : access::bearer_token(request[http::header::authorization]);
    const auto who = authenticator_->authenticate(token);
    if (!who) {
        metrics_.reject(who.error());
        refuse(of, at, who.error());
        return false;
    }
    of.principal((*who)->name, *who);
    return true;
}

void service::refuse(http::exchange& of, const mount* at, const error& why) const
{
    if (at)
        at->dialect->fail(of, why, settings_);
    else
        render_error(of, why);
}

task service::handle(http::exchange& of)
{
    const mount* const at = find(of.request().path);
    const access::principal& by = of.principal() ? *of.principal() : access::nobody();
    return at->dialect->respond({of, *backends_[by.backend], settings_, metrics_, *commands_[by.backend], by});
}

void service::reject(http::exchange& of, const error& why)
{
    refuse(of, find(of.request().path), why);
}

void service::apply(const params& settings, std::shared_ptr<const access::authenticator> authenticator)
{
    settings_ = settings;
    authenticator_ = std::move(authenticator);
}

void service::learn(std::size_t backend, std::shared_ptr<const commands::command_table> commands)
{
    commands_[backend] = std::move(commands);
}

const mount* service::find(std::string_view path) const noexcept
{
    const auto serves = [path](const mount& of) { return lies_under(path, of.prefix); };
    const auto found = std::ranges::find_if(mounts_, serves);
    return found == mounts_.end() ? nullptr : &*found;
}

error service::unknown_path() const
{
    std::string text = "there is nothing at this path; try";
    for (const mount& known : mounts_)
        text.append(&known == &mounts_.front() ? " " : ", ").append(known.prefix.empty() ? "/" : known.prefix);
    return error(errc::unknown_resource, std::move(text));
}

}   // namespace rediserve::api
