// The calls of the streams dialect (docs/dialects/streams.md).
#pragma once

#include "api/keys/key_name.hpp"
#include "api/keys/streams/follow_request.hpp"
#include "rediserve/api/dialect.hpp"

#include <string>

namespace rediserve::api::streams {

using keys::key_name;

task follow(call of, key_name key, follow_request wish);
task consume(call of, key_name key, follow_request wish);

// Of a group, whose name may hold any bytes.
task put_group(const call& of, key_name&& key, std::string&& group);
task delete_group(const call& of, key_name&& key, std::string&& group);
task acknowledge(const call& of, key_name&& key, std::string&& group);

}   // namespace rediserve::api::streams
