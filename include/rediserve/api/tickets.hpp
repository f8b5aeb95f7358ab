// POST /tickets: for browsers, whose EventSource and WebSocket cannot send a header.
#pragma once

#include "rediserve/access/tickets.hpp"
#include "rediserve/api/dialect.hpp"

#include <memory>

namespace rediserve::api {

// Answers {"ticket":"…","expires_in":30}. A ticket stands for the token with which it was asked for, once, wherever a token
// may stand; but no ticket is given for a ticket.
std::shared_ptr<const dialect> make_tickets_dialect(std::shared_ptr<access::tickets> out);

}   // namespace rediserve::api
