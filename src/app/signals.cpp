#include "app/signals.hpp"

#include <csignal>
#include <utility>

namespace rediserve::app {

signals::signals(boost::asio::io_context& context, handlers to)
    : set_(context, SIGTERM, SIGINT, SIGHUP), handlers_(std::move(to))
{
    wait();
}

void signals::wait()
{
    set_.async_wait([this](const boost::system::error_code& failure, int number) {
        if (failure)
            return;
        wait();
        if (number == SIGHUP)
            handlers_.reload();
        else
            handlers_.stop(number);
    });
}

}   // namespace rediserve::app
