#include "rediserve/base/openssl.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace rediserve {

void ssl_deleter::operator()(ssl_ctx_st* context) const noexcept
{
    SSL_CTX_free(context);
}

void ssl_deleter::operator()(ssl_st* session) const noexcept
{
    SSL_free(session);
}

std::string newest_openssl_error()
{
    const auto code = ERR_peek_last_error();
    const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason ? reason : "unknown error";
}

std::string why_unreadable(const std::string& file, std::string_view what)
{
    if (::access(file.c_str(), R_OK) == 0)
        return {};
    const std::string_view why = std::strerror(errno);
    return std::string("cannot read the ").append(what).append(" ").append(file).append(": ").append(why);
}

int no_password(char*, int, int, void*) noexcept
{
    return 0;
}

}   // namespace rediserve
