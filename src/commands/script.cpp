#include "rediserve/commands/script.hpp"

#include "rediserve/base/digest.hpp"

namespace rediserve::commands {

script::script(std::string_view source) : source_(source), digest_(2 * sha1_digest().size(), '0')
{
    const sha1_digest digest = sha1(source);
    to_hex(digest.data(), digest.size(), digest_.data());
}

}   // namespace rediserve::commands
