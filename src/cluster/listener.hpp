// One that listens in a cluster: at one node, or at several.
#pragma once

#include "cluster/nodes.hpp"
#include "cluster/router.hpp"
#include "rediserve/redis/subscription.hpp"

#include <boost/intrusive/list.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rediserve::cluster {

class listener;

// At one node.
class ear final : public redis::subscription_sink
{
public:
    ear(listener& of, node_link& at) : of_(of), at_(at) {}

    result<void> begin();
    node_link* where() const noexcept { return at_.get(); }
    bool hears() const noexcept { return hears_; }
    // Whether it may ever hear anything, where it is.
    bool of_use() const noexcept { return subscription_ && !at_->leaving && at_->backend->health().up; }

private:
    void on_subscribed() noexcept override;
    void on_message(std::string_view channel, std::string_view payload) noexcept override;
    void on_gap() noexcept override;
    void on_failure(error why) noexcept override;

    listener& of_;
    node_hold at_;
    redis::subscription subscription_;
    bool hears_ = false;
};

// Belongs to its `subscription`, as each `listening` does.
class listener final
    : public redis::listening,
      public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>
{
public:
    // `settle_soon` is called when settle() should be.
    listener(
        router& through, std::function<void()> settle_soon, redis::subscription_kind kind, std::string_view name,
        redis::subscription_sink& sink
    )
        : router_(through), settle_soon_(std::move(settle_soon)), kind_(kind), name_(name), sink_(sink)
    {}

    // Listens where it should, if it does not yet. The failure of the first that could not be begun.
    result<void> settle();
    void fail(const error& why) noexcept;

    redis::subscription_kind kind() const noexcept { return kind_; }
    const std::string& name() const noexcept { return name_; }
    // That it hears.
    bool told() const noexcept { return told_; }

    // From its ears, each as the last thing it does.
    void on_heard() noexcept;
    void on_message(std::string_view channel, std::string_view payload) noexcept { sink_.on_message(channel, payload); }
    void on_lost(const error& why) noexcept;

private:
    std::vector<node_link*> places();
    void move_to(const std::vector<node_link*>& places, result<void>& outcome);

    router& router_;
    std::function<void()> settle_soon_;
    redis::subscription_kind kind_;
    std::string name_;
    redis::subscription_sink& sink_;
    std::vector<std::unique_ptr<ear>> ears_;
    std::vector<std::unique_ptr<ear>> deaf_;   // to go, but not while one of them may be calling
    bool told_ = false;
};

}   // namespace rediserve::cluster
