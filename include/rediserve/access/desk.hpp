// Where the requests of one shard show their credentials.
#pragma once

#include "rediserve/access/authenticator.hpp"
#include "rediserve/access/tickets.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace rediserve::access {

// An authenticator, with a memory: for whose the last tokens were, which spares their digests, and for what is costly to
// verify: signed tokens, by their digest. Both until they expire or there is a new authenticator. What is wrong is not
// remembered. One thread.
class desk
{
public:
    static constexpr std::size_t most_remembered = 4096;

    // Without `out` there are no tickets.
    explicit desk(std::shared_ptr<const authenticator> by, std::shared_ptr<tickets> out = nullptr);

    // As authenticator's; tickets count too.
    result<principal_ptr> authenticate(const credentials& shown, std::chrono::system_clock::time_point now);

    // A new authenticator; whatever the old one verified is forgotten.
    void renew(std::shared_ptr<const authenticator> by);

    std::size_t remembered() const noexcept { return recent_.size(); }

private:
    // Its token stands there as it was shown, as it does in the buffers that it came through.
    struct fresh_memory
    {
        std::string token;
        authenticator::identity whose;
    };

    fresh_memory& fresh_place(std::string_view token) noexcept;
    result<principal_ptr> redeem(const credentials& shown);
    result<authenticator::identity> identify(const credentials& shown, std::chrono::system_clock::time_point now);

    struct memory
    {
        sha256_digest token;
        authenticator::identity whose;
    };
    using place = std::list<memory>::iterator;

    const authenticator::identity* recall(const sha256_digest& token, std::chrono::system_clock::time_point now);
    void remember(const sha256_digest& token, authenticator::identity whose);
    void forget(place what);

    std::shared_ptr<const authenticator> authenticator_;
    std::shared_ptr<tickets> tickets_;
    std::array<fresh_memory, 256> fresh_;   // a newer one takes the place
    std::list<memory> recent_;              // used last first
    std::map<sha256_digest, place> places_;
};

}   // namespace rediserve::access
