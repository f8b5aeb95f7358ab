// --embedded: a Redis or Valkey server of our own, as a supervised child on a private unix socket.
#pragma once

#include "app/child_process.hpp"
#include "app/data_folder.hpp"
#include "app/private_folder.hpp"
#include "rediserve/config/load.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rediserve::app {

// Lives on the control thread. When the server dies it is started again, with a growing pause when it keeps dying; its
// address stays the same.
//
// Its append-only file may end in the middle of what was written last. When that was a transaction, Redis and Valkey cut
// too little off (https://github.com/valkey-io/valkey/pull/4342), and would run a part of it at the start after the next. What they
// leave then ends with a whole command, of which the next start cuts off the rest of the transaction, if nothing was written
// meanwhile. So a server that finds its file torn does not serve; another one loads it where nobody can write, and ends.
class embedded_redis
{
public:
    // Starts the server and waits until it answers. Throws start_failure.
    embedded_redis(
        boost::asio::io_context& context, const config::embedded_params& settings, const config::environment& from
    );
    // Stops the server and removes the folder.
    ~embedded_redis();

    redis::address address() const;

private:
    // What the child is there for.
    enum class errand : std::uint8_t {
        serve,                  // and not to load a torn file
        mend,                   // to load it, and cut off what is no whole command
        serve_what_was_mended   // having cut off what is no whole transaction
    };

    child_process::options command() const;
    std::string socket() const;
    bool turn_to_mending();
    bool end_of_mending();
    void await_end_of_mending();
    void launch();
    void await_first_answer();
    void watch();
    void on_end(const std::string& how);
    std::chrono::milliseconds pause_before_restart();
    void restart_after(std::chrono::milliseconds pause);
    std::string last_words() const;

    std::string program_;
    std::vector<std::string> environment_;
    private_folder folder_;
    std::optional<data_folder> data_;
    errand errand_ = errand::serve;
    bool loaded_ = false;   // the file, by the one that mends
    std::unique_ptr<child_process> child_;
    boost::asio::posix::stream_descriptor watched_;   // the child's; not owned
    boost::asio::steady_timer timer_;
    std::chrono::steady_clock::time_point launched_;
    unsigned deaths_in_a_row_ = 0;
};

}   // namespace rediserve::app
