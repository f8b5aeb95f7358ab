// A principal of the access file.
#pragma once

#include "config/members.hpp"
#include "rediserve/access/params.hpp"

#include <string>
#include <vector>

namespace rediserve::config {

// As the file has it: which server it is given is another matter.
struct principal_draft
{
    access::principal who;
    std::string path;              // "principals.web"
    std::string backend = {};      // empty: the server of redis.url
    std::string redis_user = {};   // whom its connections log in as; empty: as those of its backend
    std::string redis_password = {};
    std::vector<std::string> certificates = {};
};

principal_draft read_principal(const std::string& name, members from);

// Whether its rules speak of claims, which only a JWT has.
bool needs_claims(const access::principal& who);

}   // namespace rediserve::config
