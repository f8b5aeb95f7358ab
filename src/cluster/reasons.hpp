// Why a command was not run, in the words of the catalogue.
#pragma once

#include "cluster/redirect.hpp"
#include "rediserve/base/error.hpp"

namespace rediserve::cluster {

error not_served();
error cross_slot();
// Of a node that has turned a command away.
error what_it_says(redirect::kind is);

}   // namespace rediserve::cluster
