#include "app/embedded_redis.hpp"

#include "app/find_server.hpp"
#include "app/start_failure.hpp"
#include "rediserve/telemetry/log.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace rediserve::app {

namespace {

using namespace std::chrono_literals;

constexpr auto first_answer_within = 10s;
constexpr auto ask_every = 5ms;
constexpr auto stop_within = 5s;   // an append-only file is flushed meanwhile
constexpr auto lived_long = 10s;   // a server that ran this long is not one that keeps dying
constexpr auto first_pause = 100ms;
constexpr auto longest_pause = 5s;
constexpr std::size_t words_kept = 600;

// What a server that may not cut its append-only file says before it ends.
constexpr std::string_view torn_file = "Unexpected end of file reading the append only file";

// What the server needs to run; secrets of the gateway's environment are none of its business.
std::vector<std::string> environment_of_server(const config::environment& from)
{
    std::vector<std::string> all;
    for (const std::string name : {"PATH", "LD_LIBRARY_PATH", "LANG", "TZ", "TMPDIR"})
        if (const auto value = from(name))
            all.push_back(name + "=" + *value);
    return all;
}

int connect_to(const std::string& socket)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket.data(), std::min(socket.size(), sizeof address.sun_path - 1));
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -1;
    const timeval patience{1, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return descriptor;
    ::close(descriptor);
    return -1;
}

// How a server's answer to PING begins, with '+' or '-'; 0: there is none.
char answer_of(const std::string& socket)
{
    const int descriptor = connect_to(socket);
    if (descriptor < 0)
        return 0;
    char first = 0;
    if (::send(descriptor, "PING\r\n", 6, MSG_NOSIGNAL) == 6)
        ::recv(descriptor, &first, 1, 0);
    ::close(descriptor);
    return first;
}

}   // namespace

embedded_redis::embedded_redis(
    boost::asio::io_context& context, const config::embedded_params& settings, const config::environment& from
)
    : program_(find_server(settings.server, from))
    , environment_(environment_of_server(from))
    , folder_(from)
    , watched_(context)
    , timer_(context)
{
    if (!settings.data.empty())
        data_.emplace(settings.data);
    try {
        launch();
        await_first_answer();
    } catch (const std::system_error& why) {
        throw start_failure(unavailable, program_ + " cannot be started: " + why.what());
    }
    watch();
}

embedded_redis::~embedded_redis()
{
    if (watched_.is_open())
        watched_.release();
    if (child_)
        child_->stop(stop_within);
}

redis::address embedded_redis::address() const
{
    redis::address at;
    at.transport = redis::transport::unix_socket;
    at.path = folder_.file("redis.sock");
    return at;
}

// Nobody else knows of the one that mends.
std::string embedded_redis::socket() const
{
    return errand_ == errand::mend ? folder_.file("mending.sock") : address().path;
}

child_process::options embedded_redis::command() const
{
    child_process::options how;
    how.program = program_;
    // clang-format off
    how.arguments = {
        "--port", "0",
        "--unixsocket", socket(),
        "--unixsocketperm", "700",
        "--daemonize", "no",
        "--loglevel", "warning",
        "--save", "",
        "--appendonly", data_ ? "yes" : "no",
        "--aof-load-truncated", errand_ == errand::serve ? "no" : "yes",
        "--dir", data_ ? data_->path() : folder_.path(),
    };
    // clang-format on
    how.environment = environment_;
    how.folder = folder_.path();
    how.output = folder_.file("redis.log");
    how.inherited = data_ ? data_->lock() : -1;
    how.death_signal = data_ ? SIGTERM : SIGKILL;   // with data it gets the time to write them
    return how;
}

// Decides what the next child is for. True when the last one has ended because its file is torn, or is mended now.
bool embedded_redis::turn_to_mending()
{
    const std::string words = last_words();
    const bool was_mending = errand_ == errand::mend;
    if (was_mending)
        errand_ = std::exchange(loaded_, false) ? errand::serve_what_was_mended : errand::serve;
    else if (errand_ == errand::serve && words.find(torn_file) != std::string::npos)
        errand_ = errand::mend;
    else
        errand_ = errand::serve;
    if (errand_ == errand::serve)
        return false;
    const auto* const event = was_mending ? "mended its append-only file" : "mends its append-only file";
    telemetry::report(telemetry::level::warn, "embedded_redis", event, {{"said", words}});
    return true;
}

// The one that mends has done so when it has loaded the file.
bool embedded_redis::end_of_mending()
{
    if (answer_of(socket()) != '+')
        return false;
    loaded_ = true;
    child_->stop(stop_within);
    return true;
}

void embedded_redis::await_end_of_mending()
{
    if (end_of_mending())
        return;
    timer_.expires_after(ask_every);
    timer_.async_wait([this](const boost::system::error_code& failure) {
        if (!failure)
            await_end_of_mending();
    });
}

void embedded_redis::launch()
{
    child_.reset();
    launched_ = std::chrono::steady_clock::now();
    child_ = std::make_unique<child_process>(command());
}

void embedded_redis::await_first_answer()
{
    while (answer_of(address().path) == 0) {   // "-LOADING" is one: a large file takes its time, which /readyz tells
        if (const auto end = child_->wait(ask_every)) {
            if (!turn_to_mending())
                throw start_failure(
                    unavailable, program_ + " " + *end + " instead of serving. It said:\n" + last_words()
                );
            launch();
        }
        if (errand_ == errand::mend)
            end_of_mending();
        else if (std::chrono::steady_clock::now() - launched_ > first_answer_within)
            throw start_failure(unavailable, program_ + " does not answer. It said:\n" + last_words());
    }
}

void embedded_redis::watch()
{
    watched_.assign(child_->descriptor());
    watched_.async_wait(
        boost::asio::posix::descriptor_base::wait_read,
        [this](const boost::system::error_code& failure) {
            if (failure)
                return;
            watched_.release();
            on_end(child_->wait(0ms).value_or("ended"));
        }
    );
}

void embedded_redis::on_end(const std::string& how)
{
    if (turn_to_mending()) {
        restart_after(0ms);
        return;
    }
    const auto pause = pause_before_restart();
    const std::string words = last_words();
    telemetry::report(
        telemetry::level::error, "embedded_redis", "died",
        {{"how", how}, {"restart_in_ms", std::int64_t{pause.count()}}, {"said", words}}
    );
    restart_after(pause);
}

std::chrono::milliseconds embedded_redis::pause_before_restart()
{
    if (std::chrono::steady_clock::now() - launched_ >= lived_long)
        deaths_in_a_row_ = 0;
    const unsigned deaths = deaths_in_a_row_++;
    if (deaths == 0)
        return 0ms;
    return std::min<std::chrono::milliseconds>(first_pause * (1U << std::min(deaths - 1, 10U)), longest_pause);
}

void embedded_redis::restart_after(std::chrono::milliseconds pause)
{
    timer_.expires_after(pause);
    timer_.async_wait([this](const boost::system::error_code& failure) {
        if (failure)
            return;
        try {
            launch();
            watch();
            if (errand_ == errand::mend)
                return await_end_of_mending();
            telemetry::report(
                telemetry::level::info, "embedded_redis", "restarted", {{"pid", std::int64_t{child_->id()}}}
            );
        } catch (const std::system_error& why) {
            on_end(std::string("could not be started: ") + why.what());
        }
    });
}

// The end of what the server printed, from the beginning of a line if there is one.
std::string embedded_redis::last_words() const
{
    std::ifstream file(folder_.file("redis.log"), std::ios::binary);
    std::ostringstream whole;
    whole << file.rdbuf();
    std::string words = std::move(whole).str();
    while (words.ends_with('\n'))
        words.pop_back();
    if (words.size() > words_kept) {
        words.erase(0, words.size() - words_kept);
        words.erase(0, words.find('\n') + 1);   // nothing, where it is all one line
    }
    return words.empty() ? "(nothing)" : words;
}

}   // namespace rediserve::app
