#include "redis/link.hpp"

#include "redis/sentinels.hpp"

#include "rediserve/redis/address.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <random>

namespace rediserve::redis {

namespace asio = boost::asio;

namespace {

link_steps steps_of(const params& settings, bool follow_master)
{
    const address& at = settings.address;
    return {
        .follow_master = follow_master,
        .secure = at.transport == transport::tls,
        .authenticate = settings.guest || !at.user.empty() || !at.password.empty(),
        .speak_resp3 = settings.resp3,
        .select = at.database != 0,
        .set_name = !settings.client_name.empty(),
        .accept_reads = settings.replica,
        .try_transaction = settings.guest,
    };
}

backoff backoff_of(const params& settings)
{
    return backoff(settings.backoff_first, settings.backoff_max, std::random_device()());
}

// A guest is never the default user unless it says so.
batch login_of(const params& settings)
{
    const address& at = settings.address;
    if (at.user.empty() && !settings.guest)
        return batch::of("AUTH", at.password);
    return batch::of("AUTH", at.user, at.password);
}

// What is missing when a step takes too long.
std::string_view expected_from(link_action step) noexcept
{
    switch (step) {
    case link_action::authenticate: return "no answer to AUTH";
    case link_action::speak_resp3: return "no answer to HELLO";
    case link_action::select: return "no answer to SELECT";
    case link_action::set_name: return "no answer to CLIENT SETNAME";
    case link_action::accept_reads: return "no answer to READONLY";
    case link_action::check: return "no answer to PING";
    case link_action::verify_role: return "no answer to ROLE";
    case link_action::try_multi: return "no answer to MULTI";
    case link_action::try_exec:
    case link_action::end_multi: return "no answer to EXEC";
    default: return "no connection";
    }
}

}   // namespace

// Asio calls back even when the resolver is cancelled or gone; `asker` is null by then.
struct link::lookup
{
    lookup(asio::io_context& context, link& of) : resolver(context), asker(&of) {}

    asio::ip::tcp::resolver resolver;
    link* asker;
};

link::link(asio::io_context& context, const params& settings, tls_client& tls, owner& to, sentinels* group)
    : context_(context)
    , settings_(settings)
    , tls_(tls)
    , owner_(to)
    , group_(group)
    , at_{settings.address.host, settings.address.port}
    , fsm_(steps_of(settings, group != nullptr), backoff_of(settings))
    , alarm_(context, [this] { on_alarm(); })
{
    if (group_)
        group_->join(*this);
}

link::~link()
{
    rest();
    if (group_)
        group_->leave(*this);
}

void link::connect()
{
    if (resting())
        act(fsm_.start());
}

void link::rest() noexcept
{
    alarm_.stop();
    drop_connection();
    if (group_)
        group_->forget(*this);
    fsm_.rest();
}

void link::drop_connection() noexcept
{
    if (auto asked = std::exchange(lookup_, nullptr)) {
        asked->asker = nullptr;
        asked->resolver.cancel();
    }
    if (auto ended = std::exchange(connection_, nullptr))
        ended->close();
}

void link::break_off(std::string why) noexcept
{
    if (ready())
        lose({.code = errc::backend_lost, .text = std::move(why), .unsent = unsent()});
}

bool link::send(std::string_view bytes, std::size_t commands) noexcept
{
    if (!connection_->send(bytes, commands))
        return false;
    given_ += bytes.size();
    return true;
}

// ---- setting up ----------------------------------------------------------------------------------------------------

void link::act(link_action next)
{
    switch (next) {
    case link_action::locate: return locate();
    case link_action::connect: return begin_attempt();
    case link_action::secure: return begin_tls();
    case link_action::authenticate: return send_step(login_of(settings_));
    case link_action::speak_resp3: return send_step(batch::of("HELLO", "3"));
    case link_action::select: return send_step(batch::of("SELECT", settings_.address.database));
    case link_action::set_name: return send_step(batch::of("CLIENT", "SETNAME", settings_.client_name));
    case link_action::accept_reads: return send_step(batch::of("READONLY"));
    case link_action::check: return send_step(batch::of("PING"));
    case link_action::verify_role: return send_step(batch::of("ROLE"));
    case link_action::try_multi: return send_step(batch::of("MULTI"));
    case link_action::try_exec:
    case link_action::end_multi: return send_step(batch::of("EXEC"));
    case link_action::wait: return alarm_.after(fsm_.pause());
    case link_action::serve: return serve();
    case link_action::rest: return;
    }
}

// The sentinels see to it that this ends.
void link::locate()
{
    alarm_.stop();
    group_->locate(*this);
}

void link::serve()
{
    alarm_.stop();
    if (group_)
        group_->confirm(at_);
    if (ready())   // unless whoever was told of that has had enough
        owner_.on_ready();
}

void link::begin_attempt()
{
    alarm_.after(settings_.connect_timeout);
    no_transactions_.clear();
    boost::system::error_code not_numeric;
    asio::ip::make_address(at_.host, not_numeric);
    if (over_network() && not_numeric)
        return resolve();
    addresses_ = {over_network() ? at_.host : settings_.address.path};
    untried_ = 1;
    connect_to_next();
}

// hiredis' own look-up of names blocks.
void link::resolve()
{
    lookup_ = std::make_shared<lookup>(context_, *this);
    lookup_->resolver.async_resolve(
        at_.host, std::to_string(at_.port), asio::ip::tcp::resolver::numeric_service,
        [asked = lookup_](const boost::system::error_code& failed, const asio::ip::tcp::resolver::results_type& found) {
            link* const asker = asked->asker;
            if (!asker)
                return;
            asker->lookup_.reset();
            if (failed)
                return asker->fail_attempt(error(errc::backend_unavailable, failed.message(), executed::no));
            asker->addresses_.clear();
            for (const auto& each : found)
                asker->addresses_.push_back(each.endpoint().address().to_string());
            asker->untried_ = asker->addresses_.size();
            asker->connect_to_next();
        }
    );
}

// A name may have addresses at which nobody listens (localhost: ::1 and 127.0.0.1). The next attempt begins where this
// one ended, so that one that swallows everything costs one attempt only.
void link::connect_to_next()
{
    --untried_;
    const std::string& to = addresses_[next_address_++ % addresses_.size()];
    given_ = 0;
    connection_ = std::make_shared<hiredis_link>(context_);
    if (settings_.resp3)
        connection_->expect_attributes();
    const auto begun = over_network() ? connection_->connect(to, at_.port, *this) : connection_->connect(to, *this);
    if (!begun)
        fail_attempt(begun.error());
}

void link::begin_tls()
{
    auto session = tls_.new_session(at_.host);
    if (!session)
        return fail_attempt(session.error());
    if (const auto begun = connection_->secure(std::move(*session)); !begun)
        return fail_attempt(begun.error());
    act(fsm_.on_done());   // the handshake goes on under the first command
}

void link::send_step(const batch& command)
{
    if (!send(command.head(), command.size()))
        fail_attempt(error(errc::backend_unavailable, "out of memory", executed::no));
}

void link::on_connected() noexcept
{
    untried_ = 0;
    act(fsm_.on_done());
}

void link::on_step_reply(const reply_view& reply)
{
    if (reply.is_error()) {
        if (auto why = judge_refusal(fsm_.action(), reply.text()))
            return fail_attempt(refused(std::move(*why), reply.text()));
    }
    if (is_no_master(reply))
        return fail_attempt(error(errc::backend_unavailable, "it is not the master but a replica", executed::no));
    if (!refuses_transactions(reply))
        return act(fsm_.on_done());
    no_transactions_ = reply.text();
    act(fsm_.on_last());
}

// EXEC without MULTI is an error in any case. Newer servers say EXECABORT, and NOPERM behind that.
bool link::refuses_transactions(const reply_view& reply) const noexcept
{
    if (fsm_.action() == link_action::try_exec)
        return reply.is_error("NOPERM") || reply.is_error("EXECABORT");
    return fsm_.action() == link_action::try_multi && reply.is_error();
}

bool link::is_no_master(const reply_view& reply) const noexcept
{
    return fsm_.action() == link_action::verify_role && reply.is_array() && reply[0].text() != "master";
}

error link::refused(error why, std::string_view reply) const
{
    const bool unknown = fsm_.action() == link_action::authenticate && reply.starts_with("WRONGPASS");
    if (settings_.guest && unknown)
        return error(errc::unauthorized, "Redis does not take this user and password any more", executed::no);
    return why;
}

void link::fail_attempt(error why)
{
    drop_connection();
    if (fsm_.action() == link_action::connect && untried_ > 0)
        return connect_to_next();
    if (group_)
        group_->deny(at_);
    if (why.code != errc::unauthorized)
        why.detail = std::string(owner_.peer()) + " at " + where() + ": " + why.detail;
    act(fsm_.on_failure());
    owner_.on_attempt_failed(why);
}

void link::on_alarm()
{
    if (fsm_.action() == link_action::wait)
        return act(fsm_.on_waited());
    untried_ = 0;   // no time is left for the others
    fail_attempt(error(
        errc::backend_unavailable,
        std::string(expected_from(fsm_.action())) + " within " + std::to_string(settings_.connect_timeout.count())
            + " ms",
        executed::no
    ));
}

std::string link::where() const
{
    return over_network() ? at_.host + ":" + std::to_string(at_.port) : settings_.address.path;
}

// ---- of a group ----------------------------------------------------------------------------------------------------

void link::on_located(const place& at) noexcept
{
    at_ = at;
    act(fsm_.on_done());
}

void link::on_not_located(const error& why) noexcept
{
    act(fsm_.on_failure());
    owner_.on_attempt_failed(why);
}

// An attempt elsewhere, or a pause, has lost its point.
void link::on_moved(const place& to) noexcept
{
    const bool pauses = fsm_.action() == link_action::wait;
    if (resting() || fsm_.action() == link_action::locate || (at_ == to && !pauses))
        return;
    if (ready())
        return break_off("the master is at " + to_text(to) + " now");
    alarm_.stop();
    drop_connection();
    act(fsm_.start());
}

// ---- in service ----------------------------------------------------------------------------------------------------

void link::on_push(const reply_view& reply) noexcept
{
    if (ready())
        owner_.on_push(reply);
}

void link::on_reply(const reply_view& reply) noexcept
{
    if (ready())
        owner_.on_reply(reply);
    else
        on_step_reply(reply);
}

void link::on_written() noexcept
{
    if (ready())
        owner_.on_written();
}

void link::on_closed(const link_end& how) noexcept
{
    if (ready())
        return lose(how);
    fail_attempt(error(how.code == errc::backend_refused ? how.code : errc::backend_unavailable, how.text, executed::no)
    );
}

void link::lose(const link_end& how)
{
    const std::uint64_t left = given_ - std::min<std::uint64_t>(given_, how.unsent);
    drop_connection();
    if (group_)
        group_->doubt(at_);
    const auto next = fsm_.start();
    owner_.on_lost(how, left);
    if (fsm_.action() == next)   // unless the owner has had enough
        act(next);
}

}   // namespace rediserve::redis
