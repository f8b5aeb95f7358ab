#include "telemetry/audit_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace rediserve::telemetry {

namespace {

result<int> open_to_append(const std::string& path)
{
    // Not blocking, for a pipe without a reader would keep us here.
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    const int descriptor = ::open(path.c_str(), flags, 0600);
    if (descriptor < 0)
        return error(errc::bad_configuration, "audit.file: cannot open " + path + ": " + std::strerror(errno));
    return descriptor;
}

}   // namespace

result<std::unique_ptr<audit_file>> audit_file::open(const std::string& path, std::size_t queue)
{
    const auto descriptor = open_to_append(path);
    if (!descriptor)
        return descriptor.error();
    return std::unique_ptr<audit_file>(new audit_file(*descriptor, queue));
}

audit_file::audit_file(int descriptor, std::size_t queue)
    : descriptor_(descriptor), writer_(std::make_unique<writer>(descriptor, queue, "audit"))
{}

audit_file::~audit_file()
{
    writer_.reset();
    ::close(descriptor_);
}

result<void> audit_file::reopen(const std::string& path)
{
    const auto fresh = open_to_append(path);
    if (!fresh)
        return fresh.error();
    const int placed = ::dup3(*fresh, descriptor_, O_CLOEXEC);
    const int why = errno;
    ::close(*fresh);
    if (placed < 0)
        return error(errc::bad_configuration, "audit.file: cannot open " + path + ": " + std::strerror(why));
    return {};
}

}   // namespace rediserve::telemetry
