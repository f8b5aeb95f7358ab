// The nodes of a cluster as one user has them: a backend for each, made when it is first needed.
#pragma once

#include "rediserve/redis/alarm.hpp"
#include "rediserve/redis/backend.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <span>
#include <utility>

namespace rediserve::cluster {

struct node_link
{
    redis::place at;
    std::unique_ptr<redis::backend> backend;
    std::size_t users = 0;               // who holds it: node_hold
    bool leaving = false;                // no primary any more, as far as is known
    steady_time trouble_since = never;   // since when nothing was answered that should have been
};

// Keeps a node from being closed.
class node_hold
{
public:
    node_hold() noexcept = default;
    explicit node_hold(node_link& of) noexcept : of_(&of) { ++of.users; }
    node_hold(node_hold&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    node_hold& operator=(node_hold&& other) noexcept
    {
        std::swap(of_, other.of_);
        return *this;
    }
    ~node_hold() { release(); }

    node_link* operator->() const noexcept { return of_; }
    node_link& operator*() const noexcept { return *of_; }
    node_link* get() const noexcept { return of_; }
    explicit operator bool() const noexcept { return of_ != nullptr; }
    void release() noexcept
    {
        if (node_link* const held = std::exchange(of_, nullptr))
            --held->users;
    }

private:
    node_link* of_ = nullptr;
};

class nodes
{
public:
    // All must outlive it. Of `settings` the address gives login, transport and, for TLS, the name to verify.
    nodes(boost::asio::io_context& context, const redis::params& settings, telemetry::shard_metrics& metrics);

    // That at `place`, made and started if there is none yet. Stays where it is until it has left.
    node_link& at(const redis::place& place);
    // All others leave: they are closed when nobody holds them any more.
    void keep_only(std::span<const redis::place> places);
    // All of them, also those that are leaving.
    std::list<node_link>& all() noexcept { return all_; }
    // Whatever waits on any of them fails.
    void stop() noexcept;

private:
    void sweep();

    boost::asio::io_context& context_;
    const redis::params& settings_;
    telemetry::shard_metrics& metrics_;
    std::list<node_link> all_;
    redis::alarm sweep_;   // closes those that have left: never from inside, as one of theirs may be asking
};

}   // namespace rediserve::cluster
