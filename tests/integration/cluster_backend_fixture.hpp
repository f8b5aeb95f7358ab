// A backend of a real cluster.
#pragma once

#include "integration/backend_fixture.hpp"
#include "support/redis_cluster.hpp"

#include "rediserve/commands/command_table.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace rediserve::cluster {

// Three primaries with a replica each, for all tests of a suite.
class ClusterTest : public redis::BackendTest
{
protected:
    static void SetUpTestSuite() { cluster_ = std::make_unique<test::redis_cluster>(how()); }
    static void TearDownTestSuite() { cluster_.reset(); }
    static test::redis_cluster::options how();
    static test::redis_cluster& cluster() { return *cluster_; }

    void SetUp() override;

    // With all of `settings` but the address. Turns until it is up and knows the commands of the server.
    void join(redis::params settings = {}, const std::string& url = cluster().url());
    // The same without waiting.
    void begin_to_join(redis::params settings, const std::string& url);
    void learn_commands();

    // A key that shard `number` has the slot of, with this in its name.
    static std::string key_of(std::size_t shard, std::string_view name = "k");

private:
    std::shared_ptr<const commands::command_table> table_ = commands::command_table::built_in();
    static inline std::unique_ptr<test::redis_cluster> cluster_;
};

}   // namespace rediserve::cluster
