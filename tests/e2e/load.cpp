#include "e2e/load.hpp"

#include "support/http_client.hpp"

#include <algorithm>
#include <exception>

namespace rediserve::test {

load::load(std::string address, int clients) : address_(std::move(address))
{
    for (int client = 0; client < clients; ++client)
        threads_.emplace_back([this, client] { ask(client); });
}

load::~load()
{
    stop();
}

void load::stop()
{
    stopping_ = true;
    for (auto& thread : threads_) {
        if (thread.joinable())
            thread.join();
    }
}

void load::ask(int client)
{
    for (long number = 0; !stopping_;) {
        try {
            http_connection through(address_);
            for (; !stopping_; ++number)
                one(through, client, number);
        } catch (const std::exception&) {
            ++broken_;
        }
    }
}

void load::one(http_connection& through, int client, long number)
{
    auto key = "/keys/load-" + std::to_string(client);
    auto asked = std::chrono::steady_clock::now();
    http_response answer;
    switch (number % 3) {
    case 0: answer = through.request("PUT", key, "value"); break;
    case 1: answer = through.request("GET", key); break;
    default: answer = through.request("POST", key + "-n/incr"); break;
    }
    auto took = std::chrono::steady_clock::now() - asked;
    bool failed_write = answer.status >= 500 && number % 3 != 1;
    if (failed_write && answer.body.find("\"executed\":") == std::string::npos)
        ++unexplained_;
    std::lock_guard lock(mutex_);
    ++counts_[answer.status];
    slowest_ = std::max<std::chrono::nanoseconds>(slowest_, took);
}

long load::count(int status) const
{
    std::lock_guard lock(mutex_);
    auto found = counts_.find(status);
    return found == counts_.end() ? 0 : found->second;
}

std::vector<int> load::statuses() const
{
    std::lock_guard lock(mutex_);
    std::vector<int> result;
    for (const auto& [status, times] : counts_)
        result.push_back(status);
    return result;
}

std::chrono::milliseconds load::slowest() const
{
    std::lock_guard lock(mutex_);
    return std::chrono::duration_cast<std::chrono::milliseconds>(slowest_);
}

std::string load::summary() const
{
    std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& [status, times] : counts_)
        text += std::to_string(status) + ": " + std::to_string(times) + " ";
    return text;
}

}   // namespace rediserve::test
