#include "redis/link_fsm.hpp"

namespace rediserve::redis {

namespace {

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts)
{
    for (const auto start : starts) {
        if (text.starts_with(start))
            return true;
    }
    return false;
}

}   // namespace

bool link_fsm::wanted(link_action step) const noexcept
{
    switch (step) {
    case link_action::locate:
    case link_action::verify_role: return steps_.follow_master;
    case link_action::secure: return steps_.secure;
    case link_action::authenticate: return steps_.authenticate;
    case link_action::speak_resp3: return steps_.speak_resp3;
    case link_action::select: return steps_.select;
    case link_action::set_name: return steps_.set_name;
    case link_action::accept_reads: return steps_.accept_reads;
    case link_action::try_exec:
    case link_action::try_multi:
    case link_action::end_multi: return steps_.try_transaction;
    default: return true;
    }
}

link_action link_fsm::on_done() noexcept
{
    auto next = action_;
    do {
        next = static_cast<link_action>(static_cast<int>(next) + 1);
    } while (!wanted(next));
    if (next == link_action::serve)
        waits_.reset();
    return enter(next);
}

link_action link_fsm::on_last() noexcept
{
    while (on_done() != link_action::serve)
        continue;
    return action_;
}

link_action link_fsm::on_failure()
{
    pause_ = waits_.next();
    return enter(link_action::wait);
}

std::optional<error> judge_refusal(link_action step, std::string_view reply)
{
    if (reply.starts_with("LOADING"))
        return error(errc::backend_unavailable, "loading: " + std::string(reply), executed::no);
    const bool closes = starts_with_any(reply, {"DENIED", "ERR max number of clients"});
    // Proxies and restricted users may know neither CLIENT nor PING nor ROLE, and a busy server (BUSY, MASTERDOWN) is a server.
    const bool asks = step == link_action::try_exec || step == link_action::try_multi || step == link_action::end_multi;
    const bool optional =
        asks || step == link_action::set_name || step == link_action::accept_reads || step == link_action::verify_role;
    const bool fatal = optional ? closes : step == link_action::check ? closes || reply.starts_with("NOAUTH") : true;
    if (!fatal)
        return std::nullopt;
    // A server that does not know AUTH quotes its arguments: "ERR unknown command 'AUTH', with args beginning with: …"
    reply = reply.substr(0, reply.find(", with args"));
    constexpr std::string_view no_resp3 = "it does not speak RESP3, which this needs: ";
    const std::string_view about = step == link_action::speak_resp3 ? no_resp3 : std::string_view();
    return error(errc::backend_refused, std::string(about).append(reply), executed::no);
}

}   // namespace rediserve::redis
