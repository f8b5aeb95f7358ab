// What the tests of the keys dialect share: requests to it, with a scripted Redis behind it.
#pragma once

#include "rediserve/api/keys.hpp"
#include "support/fake_backend.hpp"
#include "support/fake_exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rediserve::api::keys {

// The first 16 bytes of SHA-1 of "hello".
inline constexpr auto hello_tag = "\"aaf4c61ddcc5e8a2dabede0f3b482cd9\"";

class KeysDialect : public testing::Test
{
protected:
    using header_map = test::fake_exchange::header_map;
    using command = test::fake_backend::command;

    // Starts a request; what is scripted is answered at once.
    test::fake_exchange& send(
        http::method method, std::string_view target, std::string_view body = {}, const header_map& headers = {}
    )
    {
        work = {};
        exchange = std::make_unique<test::fake_exchange>(method, target, body, headers);
        work = dialect->respond(
            {*exchange, access::gate(backend, known_commands, *principal), settings, metrics, *known_commands, known,
             *principal}
        );
        backend.run();
        return *exchange;
    }
    test::fake_exchange& get(std::string_view target, const header_map& headers = {})
    {
        return send(http::method::get, target, {}, headers);
    }
    test::fake_exchange& put(std::string_view target, std::string_view body, const header_map& headers = {})
    {
        return send(http::method::put, target, body, headers);
    }

    bool reads_only() const { return backend.batches().back().options.read_only; }

    test::fake_backend backend;
    params settings;
    telemetry::shard_metrics metrics;
    access::authenticator known{access::params()};
    std::shared_ptr<const rediserve::commands::command_table> known_commands =
        rediserve::commands::command_table::built_in();
    const access::principal* principal = access::anonymous().get();
    std::shared_ptr<const api::dialect> dialect = make_keys_dialect("/keys");
    std::unique_ptr<test::fake_exchange> exchange;
    task work;
};

MATCHER_P2(Answers, status, body, "")
{
    *result_listener << "status " << arg.status() << ", body " << arg.body();
    return arg.complete() && static_cast<int>(arg.status()) == status && arg.body() == body;
}

MATCHER_P2(Fails, status, code, "")
{
    *result_listener << "status " << arg.status() << ", body " << arg.body();
    return arg.complete() && static_cast<int>(arg.status()) == status
        && arg.body().find("\"code\":\"" + std::string(code) + "\"") != std::string::npos;
}

}   // namespace rediserve::api::keys
