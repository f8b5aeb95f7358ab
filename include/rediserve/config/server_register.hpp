// Which Redis server is which, from one reload to the next.
#pragma once

#include "rediserve/config/config.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace rediserve::config {

struct numbered_server
{
    std::size_t number;
    redis::params settings;
};

// Gives each server a number (access::server::number) that no other one of this process has had: the same over all reloads
// for as long as nothing about it changes, its TLS files included. A place in the settings would mean another server after a
// reload, and there are requests and tickets that outlast those. Reads the TLS files of rediss:// servers.
class server_register
{
public:
    // The servers of `of`, `own` first, whose principals are given numbers in place of places. `own` is the server of who
    // names none: that of redis.url, unless there is an embedded one.
    std::vector<numbered_server> number(settings& of, const redis::params& own);

    // These are the servers that there are now: what else was numbered is forgotten.
    void forget_others(const std::vector<numbered_server>& than);

private:
    struct known
    {
        std::size_t number;
        redis::params settings;
        std::string files;   // a digest of what is in them
    };

    std::size_t number_of(const redis::params& one, std::vector<numbered_server>& listed);

    std::vector<known> all_;
    std::size_t next_ = 1;
};

}   // namespace rediserve::config
