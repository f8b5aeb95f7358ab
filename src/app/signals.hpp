// What the operator says by signals.
#pragma once

#include <boost/asio/signal_set.hpp>

#include <functional>

namespace rediserve::app {

// SIGTERM and SIGINT ask to end, SIGHUP to read the configuration again. Handlers run on the context's thread; signals
// that arrive before it runs are kept.
class signals
{
public:
    struct handlers
    {
        std::function<void(int number)> stop;
        std::function<void()> reload;
    };

    signals(boost::asio::io_context& context, handlers to);

private:
    void wait();

    boost::asio::signal_set set_;
    handlers handlers_;
};

}   // namespace rediserve::app
