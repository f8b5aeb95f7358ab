// The value of `upstash-sync-token`, with which a client asks to read what it has written.
#pragma once

#include <string_view>

namespace rediserve::api {

// A new one, unlike all others of this process and, by a random beginning, of others. With one primary behind it there is
// nothing to wait for, so what clients send back needs no look. Valid until the thread's next call.
std::string_view next_sync_token() noexcept;

}   // namespace rediserve::api
