// Who is asking, as far as it matters to what is done.
#pragma once

#include <cstddef>
#include <string>

namespace rediserve::access {

struct principal
{
    std::string name;          // for the log; never a token
    std::size_t backend = 0;   // which of the process' Redis servers it is given
    bool read_only = false;

    bool operator==(const principal&) const = default;
};

// The one principal like `who`. Lives as long as the process: a request may outlast the tokens it came in with.
const principal& lasting(principal who);

// Who sent no credentials where none are asked for: everything in a process without tokens, nothing in others.
const principal& anonymous();
const principal& nobody();

}   // namespace rediserve::access
