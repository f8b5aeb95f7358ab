#include "faults/scene.hpp"

#include "support/sanitizer.hpp"

#include <csignal>
#include <stdexcept>
#include <thread>

namespace rediserve::test {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto start_within = std::chrono::seconds(under_sanitizer ? 60 : 30);
constexpr auto shown_within = 60s;
constexpr auto pause_meanwhile = 30ms;
constexpr int warm_answers = 40;

bool is_ready(const std::string& address)
{
    try {
        return http_connection(address).request("GET", "/readyz").status == 200;
    } catch (const std::exception&) {
        return false;
    }
}

}   // namespace

scene::scene(std::unique_ptr<backend_group> servers, const options& how) : how_(how), servers_(std::move(servers))
{
    listen_ = "127.0.0.1:" + std::to_string(free_port());
    if (!servers_->entrance().empty())
        listen_ = "unix:" + (folder_.path() / "http.sock").string();
    address_ = listen_;
    launch();
    clients_ = std::make_unique<witness>(witness::options{.address = address_, .clients = how.clients});
    if (!await([this] { return clients_->undisturbed_since(warm_answers).has_value(); }, start_within))
        throw std::runtime_error("clients are not served:\n" + gateway_->process().output());
}

// Short times, so that faults show and pass quickly.
std::map<std::string, std::string> scene::settings() const
{
    const auto in_text = [](std::chrono::milliseconds time) { return std::to_string(time.count()) + "ms"; };
    return {
        {"REDISERVE_REDIS_COMMAND_TIMEOUT", in_text(how_.command_timeout)},
        {"REDISERVE_REDIS_CONNECT_TIMEOUT", in_text(how_.command_timeout / 2)},
        {"REDISERVE_REDIS_LEASE_IDLE", "200ms"},
        {"REDISERVE_DRAIN_TIMEOUT", "5s"},
        {"REDISERVE_THREADS", "2"},
    };
}

void scene::launch()
{
    const std::vector<std::string> arguments = {"--redis", servers_->url(), "--listen", listen_};
    gateway_ = std::make_unique<gateway>(arguments, settings(), servers_->entrance());
    if (!await([this] { return is_ready(address_); }, start_within))
        throw std::runtime_error("the gateway does not get ready:\n" + gateway_->process().output());
}

long scene::told_so_far() const
{
    long sum = 0;
    for (const auto& [wording, times] : clients_->counts().failures)
        if (wording.find(expected_) != std::string::npos)
            sum += times;
    return sum;
}

void scene::expect(std::string_view wording)
{
    expected_ = wording;
    told_before_ = told_so_far();
}

bool scene::shown() const
{
    return expected_.empty() || told_so_far() > told_before_;
}

void scene::hold(const std::function<void()>& meanwhile)
{
    const auto begun = steady_clock::now();
    const auto over = [&] {
        if (meanwhile)
            meanwhile();
        return steady_clock::now() - begun >= how_.length && shown();
    };
    while (!over() && steady_clock::now() - begun < how_.length + shown_within)
        std::this_thread::sleep_for(pause_meanwhile);
}

void scene::restart_gateway(int signal)
{
    clients_->excuse_cuts(true);
    gateway_->process().signal(signal);
    if (!gateway_->process().wait())
        throw std::runtime_error("the gateway does not end:\n" + gateway_->process().output());
    launch();
    clients_->excuse_cuts(false);
}

scene::figures scene::settled()
{
    const auto id = gateway_->process().id();
    auto descriptors = open_descriptors(id);
    auto since = steady_clock::now();
    await(
        [&] {
            if (const auto now = open_descriptors(id); now != descriptors) {
                descriptors = now;
                since = steady_clock::now();
            }
            return steady_clock::now() - since > 600ms;
        },
        30s
    );
    return {descriptors, resident_bytes(id)};
}

}   // namespace rediserve::test
