#include "rediserve/api/serve.hpp"

#include <algorithm>
#include <utility>

namespace rediserve::api {

namespace {

bool lies_under(std::string_view path, std::string_view prefix) noexcept
{
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

}   // namespace

service::service(
    std::vector<mount> mounts, redis::backend& backend, const params& settings,
    std::shared_ptr<const access::authenticator> authenticator, telemetry::shard_metrics& metrics
)
    : mounts_(std::move(mounts))
    , backend_(backend)
    , settings_(settings)
    , authenticator_(std::move(authenticator))
    , metrics_(metrics)
{
    const auto length = [](const mount& of) { return of.prefix.size(); };
    std::ranges::stable_sort(mounts_, std::ranges::greater(), length);
}

bool service::admit(http::exchange& of)
{
    const mount* const at = find(of.request().path);
    const bool open = at && at->access == guard::open;
    if (!open && !authenticate(of))   // before anything is told about what there is
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

bool service::authenticate(http::exchange& of)
{
    const auto who = authenticator_->authenticate(of.request()[http::header::authorization]);
    if (!who) {
        metrics_.reject(who.error());
        render_error(of, who.error());
        return false;
    }
    of.principal(*who);
    return true;
}

task service::handle(http::exchange& of)
{
    const mount* const at = find(of.request().path);
    return at->dialect->respond({of, backend_, settings_, metrics_});
}

void service::reject(http::exchange& of, const error& why)
{
    if (const mount* const at = find(of.request().path))
        at->dialect->fail(of, why);
    else
        render_error(of, why);
}

void service::apply(const params& settings, std::shared_ptr<const access::authenticator> authenticator)
{
    settings_ = settings;
    authenticator_ = std::move(authenticator);
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
