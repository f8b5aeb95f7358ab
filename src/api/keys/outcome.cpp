#include "api/keys/outcome.hpp"

#include "api/errors.hpp"
#include "rediserve/commands/redis_error.hpp"

namespace rediserve::api::keys {

void fail_not_found(const call& of)
{
    fail(of, error(errc::not_found, "there is no such key"));
}

void fail_precondition(const call& of)
{
    fail(of, error(errc::precondition_failed, "the key is not as the request requires it to be; nothing was changed"));
}

void fail_unexpected(const call& of)
{
    fail(
        of, error(errc::backend_protocol, "Redis' reply is of a kind that the command does not give", executed::maybe)
    );
}

bool may_transact(const call& of)
{
    const std::string_view refusal = of.no_transactions();
    if (!refusal.empty())
        fail(of, error(errc::redis_not_permitted, std::string(refusal), executed::no));
    return refusal.empty();
}

bool got_string(const call& of, const commands::reply_or_error& got)
{
    if (failed(of, got))
        return false;
    if (got->is_nil())
        fail_not_found(of);
    else if (!got->is_string())
        fail_unexpected(of);
    return got->is_string();
}

bool got_integer(const call& of, const commands::reply_or_error& got)
{
    if (failed(of, got))
        return false;
    if (!got->is_integer())
        fail_unexpected(of);
    return got->is_integer();
}

bool got_array(const call& of, const commands::reply_or_error& got, std::size_t size)
{
    if (failed(of, got))
        return false;
    const bool fits = got->is_array() && got->size() == size;
    if (!fits)
        fail_unexpected(of);
    return fits;
}

bool got_transaction(const call& of, const commands::reply_or_error& got, std::size_t size)
{
    if (!got_array(of, got, size))
        return false;
    for (std::size_t i = 0; i < size; ++i)
        if ((*got)[i].is_error()) {
            error why = commands::redis_failure((*got)[i]);
            why.executed = executed::maybe;   // the others have run
            fail(of, why);
            return false;
        }
    return true;
}

}   // namespace rediserve::api::keys
