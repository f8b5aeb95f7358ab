#include "app/check_command.hpp"

#include "app/command_table_loader.hpp"
#include "rediserve/access/authenticator.hpp"
#include "rediserve/app/server.hpp"
#include "rediserve/redis/address.hpp"

#include <boost/asio/io_context.hpp>

#include <iostream>
#include <string>
#include <utility>

namespace rediserve::app {

namespace {

using table = std::shared_ptr<const commands::command_table>;

const redis::params& server_of(const config::settings& all, const access::principal& who)
{
    return who.backend == 0 ? all.redis : all.more_redis[who.backend - 1];
}

// What the server says about its commands; nullptr when it does not answer in time.
table ask(const redis::params& server)
{
    boost::asio::io_context context{1};
    telemetry::shard_metrics metrics;
    const auto backend = redis::make_standalone(context, server, metrics);
    table answer;
    command_table_loader loader(context, *backend, metrics, [&](table read) {
        answer = std::move(read);
        context.stop();
    });
    backend->start();
    loader.start();
    context.run_for(server.connect_timeout + server.command_timeout);
    loader.stop();
    backend->stop();
    return answer;
}

// An embedded server runs with the gateway only.
table commands_for(const config::settings& all, const access::principal& who)
{
    const bool embedded = all.embedded.enabled && who.backend == 0;
    if (auto answer = embedded ? nullptr : ask(server_of(all, who)))
        return answer;
    std::cerr << "rediserve: the server cannot be asked for its commands; what is known of them without it decides"
              << std::endl;
    return commands::command_table::built_in();
}

error unknown_principal(const access::params& known)
{
    std::string why = "there is no principal of that name";
    if (known.file.empty())
        why += ", for no access file was given: name one with --access FILE, REDISERVE_ACCESS_FILE, or access.file in "
               "the configuration (--config)";
    return {errc::unauthorized, std::move(why)};
}

result<access::principal_ptr> find(const access::params& known, const config::check_command& what)
{
    const access::authenticator among(known);
    if (what.principal.empty()) {
        access::credentials shown;
        shown.bearer = what.token;
        return among.authenticate(shown, std::chrono::system_clock::now());
    }
    if (auto found = among.find(what.principal))
        return found;
    return unknown_principal(known);
}

std::string_view said(access::refusal of)
{
    switch (of) {
    case access::refusal::command: return "refused: the command is not granted";
    case access::refusal::key: return "refused: a key is not granted";
    case access::refusal::channel: return "refused: a channel is not granted";
    case access::refusal::keys_hidden: return "refused: its keys cannot be known, and not all keys are granted";
    case access::refusal::none: break;
    }
    return "allowed";
}

// Of a command line, which may hold any bytes.
std::string printable(std::string_view text)
{
    std::string made;
    for (const char c : text)
        made.push_back((c >= 0 && c < ' ') || c == 0x7F ? '?' : c);
    return made;
}

access::decision decide(
    const access::principal& who, const commands::command_table& known, const config::check_command& of
)
{
    if (!who.may)
        return {};
    const std::vector<std::string_view> words(of.words.begin(), of.words.end());
    return who.may->decide(known, words);
}

void print(const access::principal& who, const access::decision& decided)
{
    std::cout << "principal: " << who.name << '\n' << "verdict:   ";
    std::cout << (who.login ? "passed on to Redis, which decides" : said(decided.refusal)) << '\n';
    if (!decided.object.empty())
        std::cout << "about:     " << printable(decided.object) << '\n';
    if (who.login)
        std::cout << "rule:      those that Redis has for its user " << printable(who.login->user) << '\n';
    else if (!who.may)
        std::cout << "rule:      none; this token may do everything\n";
    else if (decided.rule.empty())
        std::cout << "rule:      none grants it\n";
    else
        std::cout << "rule:      " << decided.rule << '\n';
    std::cout.flush();
}

}   // namespace

int explain(const config::check_command& what, const config::environment& from)
{
    const auto loaded = config::load(what.arguments, from);
    if (!loaded) {
        std::cerr << "rediserve: " << loaded.error().text << '\n';
        return loaded.error().exit_code;
    }
    const auto who = find(loaded->values.access, what);
    if (!who) {
        std::cout << "verdict:   refused: " << who.error().detail << std::endl;
        return failed;
    }
    const table known = commands_for(loaded->values, **who);
    const access::decision decided = decide(**who, *known, what);
    print(**who, decided);
    return decided ? ok : failed;
}

}   // namespace rediserve::app
