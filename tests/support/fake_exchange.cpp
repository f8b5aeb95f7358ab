#include "support/fake_exchange.hpp"

#include <utility>

namespace rediserve::test {

fake_exchange::fake_exchange(
    http::method method, std::string_view target, std::string_view body, const header_map& headers
)
    : target_(target), body_(body), headers_(headers), response_(*this)
{
    const std::string_view whole = target_;
    const auto mark = whole.find('?');
    request_.method = method;
    request_.target = whole;
    request_.path = whole.substr(0, mark);
    request_.query = mark == std::string_view::npos ? std::string_view() : whole.substr(mark + 1);
    request_.body = body_;
    for (const auto& [name, value] : headers_)
        request_.headers[static_cast<std::size_t>(name)] = value;
    http::response_context context;
    context.id = "id-of-a-test";
    context.head_only = method == http::method::head;
    response_.reset(context);
}

std::string fake_exchange::header(std::string_view name) const
{
    const std::string_view all = written_.view();
    const std::string_view head = all.substr(0, all.find("\r\n\r\n") + 2);
    const std::string line = "\r\n" + std::string(name) + ": ";
    const auto at = head.find(line);
    if (at == std::string_view::npos)
        return {};
    const auto begin = at + line.size();
    return std::string(head.substr(begin, head.find("\r\n", begin) - begin));
}

std::string fake_exchange::body() const
{
    const std::string_view all = written_.view();
    return std::string(all.substr(all.find("\r\n\r\n") + 4));
}

void fake_exchange::take()
{
    takes = true;
    taken_ = written_.size();
    if (waiter_)
        std::exchange(waiter_, {}).resume();
}

}   // namespace rediserve::test
