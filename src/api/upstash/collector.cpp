#include "api/upstash/collector.hpp"

#include "rediserve/commands/redis_error.hpp"

#include <string_view>
#include <utility>

namespace rediserve::api::upstash {

namespace {

// A page of SCAN is two elements: the cursor and the keys.
bool is_page(const redis::reply_view& reply)
{
    return reply.is_array() && reply.size() == 2 && reply[1].is_array();
}

}   // namespace

collector::collector(buffer& to, const plan& what, const access::gate& through, format as, shape of)
    : to_(to), plan_(what), through_(through), as_(as), shape_(of)
{
    if (shape_ == shape::list && is_json(as_))
        to_.append('[');
    else if (shape_ == shape::list && is_typed(as_))
        typed_writer(to_, notation_of(as_)).begin_array(plan_.count);
    skip_specials();
}

void collector::visit(const redis::reply_view& reply, std::size_t) noexcept
{
    ++replies_;
    const special* const how = current();
    const bool pages = how && (how->after == aftermath::types_of_page || how->names == key_names::of_page);
    if (pages && is_page(reply)) {
        page_.emplace(page_of_keys{std::string(reply[0].text()), shown(reply[1]), {}});
        if (how->after != aftermath::types_of_page)
            end_page();
        return;
    }
    if (how && how->after == aftermath::token && !reply.is_error()) {
        awaits_proof_ = true;
        return;
    }
    if (how)
        append_translated(*how, reply);
    else
        append(reply);
    next();
}

void collector::visit_missing(const error& why, std::size_t) noexcept
{
    ++replies_;
    failed_ = true;
    append_own_failure(to_, why, as_);
    next();
}

void collector::fail_rest(const error& why, std::size_t sent)
{
    failed_ = true;
    error told = why;
    std::size_t reached = replies_;
    if (page_ || awaits_proof_)
        --reached;   // it came, but its answer did not get whole
    page_.reset();
    awaits_proof_ = false;
    for (; index_ < plan_.count; ++reached, next()) {
        if (reached >= sent)
            told.executed = executed::no;
        append_own_failure(to_, told, as_);
    }
}

void collector::finish()
{
    if (shape_ == shape::list && is_json(as_))
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
    if (++index_ < plan_.count && is_json(as_))
        to_.append(',');
}

// ---- one answer ----------------------------------------------------------------------------------------------------

void collector::append(const redis::reply_view& reply)
{
    failed_ = reply.value().is_error();
    oversized_ = failed_ && reply.is_oversized();
    if (oversized_)
        append_own_failure(to_, commands::redis_failure(reply), as_);
    else
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
    if (how.names == key_names::all && reply.size() > 0)
        append_keys_result(to_, shown(reply), as_);
    else if (how.after == aftermath::original_digest && reply.is_string())
        append_string_result(to_, how.text, as_);
    else if (how.after == aftermath::same_key_is_zero && reply.is_error() && reply.text().find(same_key) != std::string_view::npos)
        append_integer_result(to_, 0, as_);
    else
        append(reply);
}

std::vector<std::string> collector::shown(const redis::reply_view& keys) const
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (through_.shows(keys[i].text()))
            all.emplace_back(keys[i].text());
    return all;
}

void collector::add_token(std::string_view token)
{
    append_string_result(to_, token, as_);
    awaits_proof_ = false;
    next();
}

void collector::add_refusal(std::string_view text)
{
    append_error(text);
    awaits_proof_ = false;
    next();
}

void collector::add_types(std::vector<std::string> types)
{
    page_->types = std::move(types);
    end_page();
}

void collector::end_page()
{
    append_page_result(to_, *page_, as_);
    page_.reset();
    next();
}

}   // namespace rediserve::api::upstash
