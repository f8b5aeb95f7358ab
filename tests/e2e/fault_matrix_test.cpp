// Every row of the fault matrix, by clients that know what was acknowledged to them.
#include "faults/matrix.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

namespace rediserve::test {
namespace {

using namespace std::chrono_literals;

class FaultMatrix : public testing::TestWithParam<fault_row>
{};

TEST_P(FaultMatrix, LosesNothingAndRunsNothingTwice)
{
    const auto& row = GetParam();
    if (const auto why = row.why_not ? row.why_not() : ""; !why.empty())
        GTEST_SKIP() << why;
    const auto result = play(row, {.clients = 16, .length = 1s});
    std::cout << table_head() << table_row(result);
    EXPECT_THAT(result.failures(), testing::IsEmpty());
}

std::string name_of(const testing::TestParamInfo<fault_row>& of)
{
    return std::string(of.param.name);
}

INSTANTIATE_TEST_SUITE_P(Rows, FaultMatrix, testing::ValuesIn(all_rows()), name_of);

}   // namespace

void PrintTo(const fault_row& row, std::ostream* to)
{
    *to << row.name;
}

}   // namespace rediserve::test
