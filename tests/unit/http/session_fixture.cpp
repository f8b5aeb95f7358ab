#include "session_fixture.hpp"

namespace rediserve::http {

namespace {

void answer(exchange& of, unsigned status, std::string_view text)
{
    of.response().begin(status);
    of.response().content("text/plain", text.size()).append(text);
    of.response().finish();
}

std::string text_of(const peer& who)
{
    std::string text = who.address.to_string() + (who.local ? " local" : "") + (who.secure ? " secure" : "");
    text += " by " + std::to_string(who.listener);
    for (const std::string& name : who.certificate)
        text += " [" + name + "]";
    return text;
}

int count_in(std::shared_ptr<void>& kept)
{
    if (!kept)
        kept = std::make_shared<int>(0);
    return (*static_cast<int*>(kept.get()))++;
}

}   // namespace

bool scripted_handler::admit(exchange& of)
{
    if (of.request().path == "/small")
        of.limit_body(10);
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
    if (path == "/peer")
        answer(of, 200, text_of(of.peer()));
    else if (path == "/kept")
        answer(of, 200, std::to_string(count_in(of.kept())));
    else if (path.starts_with("/big/"))
        answer(of, 200, std::string(std::stoul(path.substr(5)), 'x'));
    else
        answer(of, 200, path + ":" + (body.size() > 100 ? std::to_string(body.size()) : body));
}

void scripted_handler::reject(exchange& of, const error& why)
{
    answer(of, static_cast<unsigned>(row_of(why.code).status), why.detail);
}

}   // namespace rediserve::http
