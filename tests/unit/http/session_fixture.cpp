#include "session_fixture.hpp"

namespace rediserve::http {

namespace {

void answer(exchange& of, unsigned status, std::string_view text)
{
    of.response().begin(status);
    of.response().content("text/plain", text.size()).append(text);
    of.response().finish();
}

}   // namespace

bool scripted_handler::admit(exchange& of)
{
    if (of.request().path != "/refused")
        return true;
    answer(of, 401, "refused");
    return false;
}

task scripted_handler::handle(exchange& of)
{
    ++handled;
    const std::string path(of.request().path);
    const std::string body(of.take_body().view());
    if (path == "/stream" || path == "/broken") {
        of.response().begin(200);
        of.response().stream("text/plain");
        const int last = path == "/stream" ? 1000 : 10;
        for (int i = 0; i < last; ++i) {
            of.response().chunk().append(std::string(1000, 'x'));
            ++chunks;
            co_await of.response().drained();
        }
        if (path == "/stream")
            of.response().finish();
        else
            of.response().abort();
        co_return;
    }
    if (path.starts_with("/events/")) {
        event_writer writer(of, events[path]);
        of.response().begin(200);
        of.response().stream("text/event-stream");
        of.watch(&writer);
        gate here(waiting[path]);
        co_await here;
        of.response().finish();
        co_return;
    }
    if (path.starts_with("/wait/")) {
        gate here(waiting[path]);
        co_await here;
    }
    if (path.starts_with("/big/"))
        answer(of, 200, std::string(std::stoul(path.substr(5)), 'x'));
    else
        answer(of, 200, path + ":" + (body.size() > 100 ? std::to_string(body.size()) : body));
}

void scripted_handler::reject(exchange& of, const error& why)
{
    answer(of, static_cast<unsigned>(row_of(why.code).status), why.detail);
}

}   // namespace rediserve::http
