#include "config/option.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace rediserve::config {
namespace {

TEST(Options, HaveNamesOfTheirOwn)
{
    std::set<std::string> names;
    for (const auto& one : options()) {
        EXPECT_TRUE(names.emplace(one.path).second) << one.path;
        if (!one.flag.empty()) {
            EXPECT_TRUE(names.emplace(one.flag).second) << one.flag;
        }
        auto variables = environment_names(one);
        for (auto& name : relative_names(one))
            variables.push_back(std::move(name));
        for (const auto& name : variables) {
            EXPECT_TRUE(names.insert(name).second) << name;
            if (one.secret) {
                EXPECT_TRUE(names.insert(name + "_FILE").second) << name;
            }
        }
    }
    for (const auto& one : meta_flags())
        EXPECT_TRUE(names.emplace(one.name).second) << one.name;
}

TEST(Options, AreFoundByTheirPaths)
{
    for (const auto& one : options())
        EXPECT_EQ(find_option(one.path), &one);
    EXPECT_EQ(find_option("http"), nullptr);
    EXPECT_EQ(find_option(""), nullptr);
}

TEST(Options, SayWhatTheyAreFor)
{
    for (const auto& one : options()) {
        EXPECT_GT(one.help.size(), 15u) << one.path;
        EXPECT_NE(one.help.back(), '.') << one.path;
    }
}

// A group is written as one object, so its options have to follow each other.
TEST(Options, OfAGroupStandTogether)
{
    std::set<std::string> closed;
    std::string current;
    for (const auto& one : options()) {
        const std::string group(one.path.substr(0, one.path.find('.')));
        if (group == current)
            continue;
        EXPECT_TRUE(closed.insert(group).second) << one.path;
        current = group;
    }
}

TEST(Options, TakeTheirNamesFromPathAndFlag)
{
    using names = std::vector<std::string>;
    EXPECT_EQ(environment_names(*find_option("http.limits.body")), names{"REDISERVE_HTTP_LIMITS_BODY"});
    EXPECT_EQ(environment_names(*find_option("http.listen")), (names{"REDISERVE_LISTEN", "REDISERVE_HTTP_LISTEN"}));
    EXPECT_EQ(
        environment_names(*find_option("access.insecure_no_auth")),
        (names{"REDISERVE_INSECURE_NO_AUTH", "REDISERVE_ACCESS_INSECURE_NO_AUTH"})
    );
    EXPECT_EQ(environment_names(*find_option("threads")), names{"REDISERVE_THREADS"});
    EXPECT_EQ(relative_names(*find_option("access.token")), (names{"TOKEN", "SRH_TOKEN"}));
}

}   // namespace
}   // namespace rediserve::config
