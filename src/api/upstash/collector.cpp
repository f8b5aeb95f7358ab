#include "api/upstash/collector.hpp"

#include <string_view>
#include <utility>

namespace rediserve::api::upstash {

collector::collector(buffer& to, const plan& what, format as, shape of) : to_(to), plan_(what), as_(as), shape_(of)
{
    if (shape_ == shape::list && as_ != format::resp2)
        to_.append('[');
    skip_specials();
}

void collector::visit(const redis::reply_view& reply, std::size_t) noexcept
{
    ++replies_;
    const special* const how = current();
    if (how && how->after == aftermath::types_of_page && keep_page(reply))
        return;
    if (how)
        append_translated(*how, reply);
    else
        append(reply);
    next();
}

void collector::fail_rest(const error& why, std::size_t sent)
{
    failed_ = true;
    error told = why;
    std::size_t reached = replies_;
    if (page_)
        --reached;   // it came, but its answer did not get whole
    page_.reset();
    for (; index_ < plan_.count; ++reached, next()) {
        if (reached >= sent)
            told.executed = executed::no;
        append_own_failure(to_, told, as_);
    }
}

void collector::finish()
{
    if (shape_ == shape::list && as_ != format::resp2)
        to_.append(']');
}

// ---- in order ------------------------------------------------------------------------------------------------------

const special* collector::current() const noexcept
{
    if (special_ == plan_.specials.size() || plan_.specials[special_].index != index_)
        return nullptr;
    return &plan_.specials[special_];
}

// Answers what is not sent at all, up to the next command that is.
void collector::skip_specials()
{
    for (const special* how = current(); how && how->is != special::kind::translated; how = current()) {
        if (how->is == special::kind::refused)
            append_error(how->text);
        else
            append_ok(to_, as_);
        step();
    }
}

void collector::next()
{
    step();
    skip_specials();
}

void collector::step()
{
    if (current())
        ++special_;
    if (++index_ < plan_.count && as_ != format::resp2)
        to_.append(',');
}

// ---- one answer ----------------------------------------------------------------------------------------------------

void collector::append(const redis::reply_view& reply)
{
    failed_ = reply.is_error();
    append_reply(to_, reply, as_);
}

void collector::append_error(std::string_view text)
{
    failed_ = true;
    append_failure(to_, text, as_);
}

void collector::append_translated(const special& how, const redis::reply_view& reply)
{
    constexpr std::string_view same_key = "source and destination objects are the same";
    if (how.after == aftermath::original_digest && reply.is_string())
        append_string_result(to_, how.text, as_);
    else if (how.after == aftermath::same_key_is_zero && reply.is_error() && reply.text().find(same_key) != std::string_view::npos)
        append_integer_result(to_, 0, as_);
    else
        append(reply);
}

// A page of SCAN is two elements: the cursor and the keys.
bool collector::keep_page(const redis::reply_view& reply)
{
    if (!reply.is_array() || reply.size() != 2 || !reply[1].is_array())
        return false;
    typed_page& page = page_.emplace();
    page.cursor = reply[0].text();
    for (std::size_t i = 0; i < reply[1].size(); ++i)
        page.keys.emplace_back(reply[1][i].text());
    return true;
}

void collector::add_types(std::vector<std::string> types)
{
    page_->types = std::move(types);
    append_page_result(to_, *page_, as_);
    page_.reset();
    next();
}

}   // namespace rediserve::api::upstash
