#include "rediserve/access/secret.hpp"

#include "rediserve/base/bytes.hpp"
#include "rediserve/base/digest.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace rediserve::access {

std::string base64url(std::string_view bytes)
{
    buffer plain;
    append_base64(plain, bytes);
    std::string text(plain.view().substr(0, plain.view().find('=')));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

std::string random_text(std::size_t bytes)
{
    std::string drawn(bytes, '\0');
    if (!draw_random(drawn))
        throw std::runtime_error("the system gives no random numbers");
    return base64url(drawn);
}

}   // namespace rediserve::access
