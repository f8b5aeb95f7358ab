// Idempotency-Key (IETF draft-ietf-httpapi-idempotency-key-header): under which name a request is remembered, what it is
// recognised by, and which of them are running.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/http/message.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

namespace rediserve::api {

// A request that may come again.
struct repeatable
{
    // SHA-256 of whose it is and of its key, so that nobody meets another's: 64 hexadecimal digits.
    std::string name;
    // SHA-256 of all that it is, but for its token and the form of its answer: 32 bytes.
    std::string fingerprint;
    std::chrono::milliseconds window{0};   // for which it is remembered

    // errc::bad_request for a header that is no key.
    static result<repeatable> read(
        const http::request& request, std::string_view principal, std::chrono::milliseconds window
    );
};

// Those that are running in this process. Any thread.
class running_requests
{
public:
    // Takes a name off the list.
    struct leave
    {
        running_requests* list = nullptr;
        void operator()(const std::string* name) const noexcept;
    };
    using place = std::unique_ptr<const std::string, leave>;

    // Until the place is given up, which must be before this is gone. errc::idempotency_key_busy when one of that name is running.
    result<place> join(std::string_view name);

private:
    std::mutex lock_;
    std::unordered_set<std::string> names_;
};

// The key that a header says: the draft's form is a string in quotes (RFC 8941, 3.3.3); a bare one is taken, too. 1 to 255
// printable characters of ASCII. errc::bad_request.
result<std::string> read_idempotency_key(std::string_view header);

// "rediserve:once:NAME", and with a tag "rediserve:once:{TAG}:NAME".
std::string record_key(std::string_view tag, std::string_view name);

}   // namespace rediserve::api
