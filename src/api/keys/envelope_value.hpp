// The value in an envelope: by its type, from JSON to what writes it.
#pragma once

#include "api/json_reader.hpp"
#include "api/json_writer.hpp"
#include "api/keys/envelope.hpp"

namespace rediserve::api::keys {

// Fills in `to.text` or `to.commands` as `to.type` says. Moves the strings out of `from`. errc::bad_request.
result<void> read_value(json_value& from, encoding as, envelope& to);

}   // namespace rediserve::api::keys
