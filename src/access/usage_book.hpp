// What every principal has taken, by name.
#pragma once

#include "rediserve/access/principal.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace rediserve::access {

// Any thread; asked when a principal is made, not for each request.
class usage_book
{
public:
    // The same for the same name. When there are very many, those that nobody holds are forgotten.
    std::shared_ptr<usage> of(const std::string& name);

private:
    void forget_unused();

    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<usage>> all_;
    std::size_t enough_ = std::size_t{1} << 16;
};

}   // namespace rediserve::access
