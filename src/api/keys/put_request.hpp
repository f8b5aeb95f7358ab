// What a PUT of one key asks for, its body aside.
#pragma once

#include "api/keys/expiry.hpp"
#include "api/keys/guard.hpp"
#include "rediserve/base/error.hpp"
#include "rediserve/http/message.hpp"

namespace rediserve::api::keys {

struct put_request
{
    keys::expiry expiry;
    keys::guard guard;
    bool has_envelope = false;   // the body is a document that holds the value, not the value itself

    // errc::bad_request.
    static result<put_request> read(const http::request& from);
};

}   // namespace rediserve::api::keys
