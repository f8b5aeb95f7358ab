#include "integration/backend_fixture.hpp"

#include <csignal>

namespace rediserve::redis {

using std::chrono::steady_clock;

std::string text_of(const reply_view& reply)
{
    switch (reply.kind()) {
    case reply_kind::string: return std::string(reply.text());
    case reply_kind::status: return "+" + std::string(reply.text());
    case reply_kind::error: return "-" + std::string(reply.text());
    case reply_kind::integer: return ":" + std::to_string(reply.integer());
    case reply_kind::nil: return "(nil)";
    default: return "(other)";
    case reply_kind::array: break;
    }
    std::string all = "[";
    for (std::size_t index = 0; index < reply.size(); ++index)
        all += (index == 0 ? "" : " ") + text_of(reply[index]);
    return all + "]";
}

std::string text_of(const error& why)
{
    const char* const ran = why.executed == executed::maybe ? " maybe" : why.executed == executed::no ? " no" : "";
    return std::to_string(why.code.value()) + ran;
}

std::string outcome::text() const
{
    if (failure)
        return text_of(*failure);
    std::string all;
    for (const auto& reply : replies)
        all += (all.empty() ? "" : ", ") + reply;
    return all;
}

void outcome::on_reply(const reply_view& reply, std::size_t index) noexcept
{
    EXPECT_EQ(index, replies.size());
    EXPECT_FALSE(over());
    replies.push_back(text_of(reply));
    if (over() && then)
        then();
}

void outcome::on_missing(const error& why, std::size_t index) noexcept
{
    EXPECT_EQ(index, replies.size());
    EXPECT_FALSE(over());
    replies.push_back(text_of(why));
    if (over() && then)
        then();
}

void outcome::on_failure(error why) noexcept
{
    EXPECT_FALSE(over());
    failure = std::move(why);
    if (then)
        then();
}

BackendTest::BackendTest()
{
    // As the daemon does: hiredis raises it when the server goes while it is being written to.
    std::signal(SIGPIPE, SIG_IGN);
}

BackendTest::~BackendTest()
{
    if (backend)
        backend->stop();
    backend.reset();
    turn();   // what Asio still owes must not touch what is gone
}

test::redis_server& BackendTest::server()
{
    if (!server_)
        server_ = std::make_unique<test::redis_server>(test::redis_server::options{.tcp = true, .arguments = {}});
    return *server_;
}

void BackendTest::connect(params settings, const std::string& url)
{
    settings.address = parse_address(url.empty() ? server().url() : url).value();
    backend = make_standalone(context, settings, metrics);
    backend->start();
}

bool BackendTest::turn_until(const std::function<bool()>& condition, std::chrono::milliseconds within)
{
    const auto deadline = steady_clock::now() + within;
    while (!condition()) {
        if (steady_clock::now() > deadline)
            return false;
        context.restart();
        context.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
}

bool BackendTest::turn_until_up()
{
    return turn_until([this] { return backend->health().up; });
}

void BackendTest::turn()
{
    context.restart();
    while (context.poll() > 0)
        context.restart();
}

void BackendTest::submit(outcome& to, batch&& commands, submit_options options)
{
    to.expected = commands.size();
    const auto accepted = backend->submit(std::move(commands), options, to);
    if (accepted)
        to.handle = *accepted;
    else
        to.failure = accepted.error();
}

std::string BackendTest::ask(batch&& commands, submit_options options)
{
    outcome got;
    submit(got, std::move(commands), options);
    EXPECT_TRUE(turn_until([&got] { return got.over(); }));
    return got.text();
}

}   // namespace rediserve::redis
