// What the machine grants this process.
#pragma once

#include <cstddef>

namespace rediserve::app {

// `wanted`, or for 0 one per processor this process may run on, at most 8.
unsigned shard_count(unsigned wanted) noexcept;

// Raises the limit of open descriptors as far as it goes without privileges; warns when it stays too low for so many
// connections.
void raise_descriptor_limit(std::size_t connections) noexcept;

}   // namespace rediserve::app
