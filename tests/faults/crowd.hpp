// Clients that behave badly, beside those that are watched.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace rediserve::test {

// So many connect, ask for something or for half of it, and are gone before any answer.
void connect_and_vanish(const std::string& address, int clients);

// While `hold` lasts: so many that send a request byte by byte, and as many that ask for a large value and take nothing of
// what they are sent. `large` is a key that holds one.
void dawdle(
    const std::string& address, int clients, const std::string& large,
    const std::function<void(const std::function<void()>&)>& hold
);

}   // namespace rediserve::test
