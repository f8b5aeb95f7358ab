// The same server as other users, or in RESP3: a backend for each, made when it is first asked for.
#pragma once

#include "rediserve/redis/alarm.hpp"

#include "rediserve/redis/backend.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <memory>

namespace rediserve::redis {

class guests
{
public:
    static constexpr std::size_t most =
        64;   // users that are connected at a time, but for those that are on their way out
    static constexpr std::chrono::seconds refusal_holds{1};   // before Redis is asked again

    // Makes the backend of one of them, not yet started.
    using maker = std::function<std::unique_ptr<backend>(const params& as)>;

    // All must outlive it. `settings` are the host's.
    guests(boost::asio::io_context& context, const params& settings, maker make);

    // As backend::as().
    result<std::shared_ptr<backend>> find(const login& user);
    // As backend::in_resp3().
    result<std::shared_ptr<backend>> in_resp3();
    void retire() noexcept;
    void stop() noexcept;

private:
    enum class protocol : bool { of_host, resp3 };

    struct guest
    {
        login user;
        protocol speaks;
        std::shared_ptr<backend> connected;
        steady_time made;
        steady_time used;
        bool leaving = false;   // nobody is given it any more

        bool idle() const noexcept { return connected.use_count() == 1; }
    };

    result<std::shared_ptr<backend>> find(const login& user, protocol speaks);
    guest* known(const login& user, protocol speaks) noexcept;
    bool make_room() noexcept;
    guest& add(const login& user, protocol speaks, steady_time now);
    void sweep();
    void sweep_later();

    const params& settings_;
    maker make_;
    std::list<guest> all_;
    alarm sweep_;   // closes those that are not used: never from inside find(), as one of theirs may be asking
};

}   // namespace rediserve::redis
