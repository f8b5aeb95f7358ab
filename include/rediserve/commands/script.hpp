// Server-side scripts, run by digest.
#pragma once

#include <string>
#include <string_view>

namespace rediserve::commands {

// A Lua script and its SHA-1, which is how Redis names it (EVALSHA). Make them static: the digest is computed once.
class script
{
public:
    explicit script(std::string_view source);

    std::string_view source() const noexcept { return source_; }
    std::string_view digest() const noexcept { return digest_; }

private:
    std::string_view source_;   // must outlive the script: a literal
    std::string digest_;        // 40 hexadecimal characters
};

}   // namespace rediserve::commands
