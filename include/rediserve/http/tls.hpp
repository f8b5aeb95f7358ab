// Certificates and keys as handshakes use them.
#pragma once

#include "rediserve/base/error.hpp"
#include "rediserve/base/openssl.hpp"
#include "rediserve/http/params.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::http {

class ticket_keys;   // private to the room

// What the handshakes of all shards are made with. Loaded once and never changed, but that the keys of session tickets are
// renewed by and by: a reload makes another one, with keys of its own, so that nothing of the old one is resumed. Any
// thread.
class tls_server
{
public:
    // Reads the files. errc::bad_configuration: which file, and what is wrong with it.
    static result<std::shared_ptr<const tls_server>> load(const tls_params& from);
    ~tls_server();

    // A session for one connection, to be kept no longer than this; nullptr: there is no memory.
    ssl_session new_session() const;

    // Which certificates `name` may be shown, by number; empty: none is for it. For the handshake.
    const std::vector<std::size_t>* certificates_for(std::string_view name) const;
    ssl_ctx_st* certificate(std::size_t number) const { return certificates_[number].get(); }

private:
    tls_server();

    result<void> set_up(const tls_params& from);
    result<void> load_certificates(const std::vector<certificate_files>& from);
    result<void> load_client_authorities(const tls_params& from);
    void learn_names(std::size_t number);

    std::unique_ptr<ticket_keys> tickets_;
    ssl_context context_;
    std::vector<ssl_context> certificates_;   // each holds a chain and its key, and is used for nothing else
    std::map<std::string, std::vector<std::size_t>, std::less<>> by_name_;   // in lower case; "*.example.org" as it is
};

}   // namespace rediserve::http
