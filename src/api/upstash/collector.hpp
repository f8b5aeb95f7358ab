// Puts the answers to the commands of one request together, in their order, as their replies come.
#pragma once

#include "api/upstash/answer.hpp"
#include "api/upstash/made_reply.hpp"
#include "api/upstash/plan.hpp"
#include "rediserve/commands/executor.hpp"

#include <optional>
#include <string>
#include <vector>

namespace rediserve::api::upstash {

// Fed with the replies to what a plan sends, in order, whichever trip they come from.
class collector final : public commands::reply_visitor
{
public:
    enum class shape : bool { one, list };

    // All must outlive it. The list is opened at once.
    collector(buffer& to, const plan& what, const access::gate& through, format as, shape of);

    void visit(const redis::reply_view& reply, std::size_t index) noexcept override;
    void visit_missing(const error& why, std::size_t index) noexcept override;
    // The page whose types are to be asked for before the next reply; nullptr: none is.
    const page_of_keys* page() const noexcept { return page_ ? &*page_ : nullptr; }
    void add_types(std::vector<std::string> types);
    // Whether a token may be had, if the login is right; add_token() before the next reply, or add_refusal().
    bool awaits_proof() const noexcept { return awaits_proof_; }
    void add_token(std::string_view token);
    void add_refusal(std::string_view text);

    // What is not answered yet fails with `why`; behind the first `sent` commands of those that were to be sent, it has not
    // run in any case.
    void fail_rest(const error& why, std::size_t sent);
    // All has been answered: closes the list.
    void finish();

    // Whether anything that was sent has been answered.
    bool any_reply() const noexcept { return replies_ > 0; }
    // Whether the one answer of shape::one is an error.
    bool failed() const noexcept { return failed_; }
    // Whether that is because the reply was too large.
    bool oversized() const noexcept { return oversized_; }

private:
    void skip_specials();
    void next();
    void step();
    void append(const redis::reply_view& reply);
    void append_error(std::string_view text);
    void append_translated(const special& how, const redis::reply_view& reply);
    void end_page();
    std::vector<std::string> shown(const redis::reply_view& keys) const;
    const special* current() const noexcept;

    buffer& to_;
    const plan& plan_;
    const access::gate& through_;
    format as_;
    shape shape_;
    std::size_t index_ = 0;     // of the next command to be answered
    std::size_t special_ = 0;   // of the next special
    std::size_t replies_ = 0;
    bool failed_ = false;
    bool oversized_ = false;
    std::optional<page_of_keys> page_;
    bool awaits_proof_ = false;
};

}   // namespace rediserve::api::upstash
