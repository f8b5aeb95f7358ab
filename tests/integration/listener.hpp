// A listener that remembers what it was told.
#pragma once

#include "rediserve/redis/subscription.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rediserve::redis {

class listener final : public subscription_sink
{
public:
    subscription hold;
    int subscribed = 0;
    int gaps = 0;
    std::vector<std::string> channels;
    std::vector<std::string> messages;
    std::optional<error> failure;

private:
    void on_subscribed() noexcept override { ++subscribed; }
    void on_message(std::string_view channel, std::string_view payload) noexcept override
    {
        channels.emplace_back(channel);
        messages.emplace_back(payload);
    }
    void on_gap() noexcept override { ++gaps; }
    void on_failure(error why) noexcept override { failure = std::move(why); }
};

}   // namespace rediserve::redis
