#include "rediserve/config/server_register.hpp"

#include "rediserve/base/digest.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace rediserve::config {

namespace {

// Files that cannot be read are told apart by nobody: connecting to the server will say so.
std::string digest_of_files(const redis::params& one)
{
    if (one.address.transport != redis::transport::tls)
        return {};
    std::string all;
    for (const std::string& path : {one.tls.ca_file, one.tls.certificate_file, one.tls.key_file}) {
        std::ifstream from(path, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(from), {}};
        const sha256_digest digest = sha256(bytes);
        all.append(digest.begin(), digest.end());
    }
    return all;
}

}   // namespace

std::vector<numbered_server> server_register::number(settings& of, const redis::params& own)
{
    std::vector<numbered_server> all;
    const std::size_t own_number = number_of(own, all);
    // By name, redis.url's server is given to some who name no other, and it need not be the one that stands here.
    const auto named = [&](std::size_t place) {
        return number_of(place == 0 ? of.redis : of.more_redis[place - 1], all);
    };
    of.access.backend = own_number;
    for (access::grant& one : of.access.more)
        one.who.backend = named(one.who.backend);
    for (access::account& one : of.access.accounts)
        one.who.backend = one.names_backend ? named(one.who.backend) : own_number;
    if (of.access.rates_backend)
        of.access.rates_backend = named(*of.access.rates_backend);
    return all;
}

void server_register::forget_others(const std::vector<numbered_server>& than)
{
    std::erase_if(all_, [&](const known& one) {
        return std::ranges::find(than, one.number, &numbered_server::number) == than.end();
    });
}

std::size_t server_register::number_of(const redis::params& one, std::vector<numbered_server>& listed)
{
    const std::string files = digest_of_files(one);
    auto found =
        std::ranges::find_if(all_, [&](const known& each) { return each.settings == one && each.files == files; });
    if (found == all_.end())
        found = all_.insert(all_.end(), {next_++, one, files});
    if (std::ranges::find(listed, found->number, &numbered_server::number) == listed.end())
        listed.push_back({found->number, one});
    return found->number;
}

}   // namespace rediserve::config
