#include "http/transport.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <utility>

namespace rediserve::http {

bool transport::has_input() const noexcept
{
    int bytes = 0;
    ::ioctl(socket_, FIONREAD, &bytes);
    return bytes > 0 || (tls_ && tls_->holds_input());
}

void transport::close() noexcept
{
    tls_.reset();
    if (socket_ >= 0)
        ::close(std::exchange(socket_, -1));
}

}   // namespace rediserve::http
