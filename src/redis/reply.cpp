#include "rediserve/redis/reply.hpp"

#include <hiredis/hiredis.h>

namespace rediserve::redis {

static_assert(HIREDIS_MAJOR >= 1, "hiredis 0.x has neither TLS nor RESP3");

reply_kind reply_view::kind() const noexcept
{
    if (!reply_)
        return reply_kind::other;
    switch (reply_->type) {
    case REDIS_REPLY_STRING: return reply_kind::string;
    case REDIS_REPLY_ARRAY: return reply_->integer == attributed_mark ? reply_kind::attributed : reply_kind::array;
    case REDIS_REPLY_INTEGER: return reply_kind::integer;
    case REDIS_REPLY_NIL: return reply_kind::nil;
    case REDIS_REPLY_STATUS: return reply_kind::status;
    case REDIS_REPLY_ERROR: return reply_kind::error;
    case REDIS_REPLY_MAP: return reply_kind::map;
    case REDIS_REPLY_SET: return reply_kind::set;
    case REDIS_REPLY_DOUBLE: return reply_kind::number;
    case REDIS_REPLY_BOOL: return reply_kind::boolean;
    case REDIS_REPLY_BIGNUM: return reply_kind::big_number;
    case REDIS_REPLY_VERB: return reply_kind::verbatim;
    case REDIS_REPLY_PUSH: return reply_kind::push;
    default: return reply_kind::other;
    }
}

bool reply_view::is_nil_array() const noexcept
{
    return is_nil() && reply_->integer == nil_array_mark;
}

bool reply_view::is_oversized() const noexcept
{
    return is_error() && reply_->integer == oversized_mark;
}

std::string_view reply_view::text() const noexcept
{
    switch (kind()) {
    case reply_kind::string:
    case reply_kind::status:
    case reply_kind::error:
    case reply_kind::number:
    case reply_kind::big_number:
    case reply_kind::verbatim: return {reply_->str, reply_->len};
    default: return {};
    }
}

std::string_view reply_view::text_format() const noexcept
{
    return kind() == reply_kind::verbatim ? std::string_view(reply_->vtype) : std::string_view();
}

double reply_view::number() const noexcept
{
    return kind() == reply_kind::number ? reply_->dval : 0;
}

bool reply_view::boolean() const noexcept
{
    return kind() == reply_kind::boolean && reply_->integer != 0;
}

std::int64_t reply_view::integer() const noexcept
{
    return is_integer() ? reply_->integer : 0;
}

std::size_t reply_view::size() const noexcept
{
    switch (kind()) {
    case reply_kind::array:
    case reply_kind::map:
    case reply_kind::set:
    case reply_kind::push: return reply_->elements;
    default: return 0;
    }
}

reply_view reply_view::operator[](std::size_t index) const noexcept
{
    return reply_view(reply_->element[index]);
}

reply_view reply_view::attributes() const noexcept
{
    return kind() == reply_kind::attributed ? (*this)[0] : reply_view();
}

reply_view reply_view::value() const noexcept
{
    return kind() == reply_kind::attributed ? (*this)[1] : *this;
}

bool reply_view::is_error(std::string_view word) const noexcept
{
    if (!is_error())
        return false;
    const auto whole = text();
    return whole.starts_with(word) && (whole.size() == word.size() || whole[word.size()] == ' ');
}

}   // namespace rediserve::redis
