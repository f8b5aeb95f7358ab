#include "rediserve/base/error.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace rediserve {
namespace {

// "100 | bad_request | 400 | bad_request" of every error, whatever the source.
using rows = std::set<std::string>;

std::string row(int number, const std::string& name, int status, std::string_view word)
{
    return std::to_string(number) + " | " + name + " | " + std::to_string(status) + " | " + std::string(word);
}

// The names in the enumeration, by number.
std::map<int, std::string> names()
{
    const std::regex enumerator(R"( {4}([a-z_]+) = ([0-9]{3}),.*)");
    std::ifstream header(REDISERVE_SOURCE_FOLDER "/include/rediserve/base/error.hpp");
    std::map<int, std::string> found;
    std::smatch parts;
    for (std::string line; std::getline(header, line);)
        if (std::regex_match(line, parts, enumerator))
            found[std::stoi(parts[2])] = parts[1];
    return found;
}

rows rows_of_the_manual()
{
    const std::regex table_row(R"(\| ([0-9]{3}) \| `([a-z_]+)` \| ([0-9]{3}) \| `([a-z_]+)` \| .+ \| .+ \|)");
    std::ifstream manual(REDISERVE_SOURCE_FOLDER "/docs/errors.md");
    rows found;
    std::smatch parts;
    for (std::string line; std::getline(manual, line);)
        if (std::regex_match(line, parts, table_row))
            found.insert(row(std::stoi(parts[1]), parts[2], std::stoi(parts[3]), std::string(parts[4])));
    return found;
}

TEST(ErrorCatalogue, IsThatOfTheManual)
{
    const auto name_of = names();
    rows all;
    for (const error_row& one : error_catalogue())
        all.insert(row(static_cast<int>(one.code), name_of.at(static_cast<int>(one.code)), one.status, one.word));
    EXPECT_EQ(all.size(), name_of.size()) << "an errc has no row in the catalogue";
    EXPECT_EQ(all, rows_of_the_manual());
}

// What the manual says of Retry-After.
TEST(ErrorCatalogue, AsksToComeBackWhereItIsAMatterOfTime)
{
    for (const error_row& one : error_catalogue()) {
        const bool passes = one.status == 503 || one.status == 429 || one.code == errc::idempotency_key_busy;
        EXPECT_EQ(one.retry_after, passes) << one.word;
    }
}

TEST(ErrorCatalogue, TakesForeignCodesForInternalErrors)
{
    EXPECT_EQ(row_of(make_error_code(errc::not_found)).status, 404);
    EXPECT_EQ(row_of(boost::system::errc::make_error_code(boost::system::errc::io_error)).code, errc::internal);
    EXPECT_EQ(row_of({9999, category()}).code, errc::internal);
}

TEST(Error, CarriesItsCodeAndText)
{
    const error why(errc::backend_lost, "gone", executed::maybe);
    EXPECT_EQ(why.code, errc::backend_lost);
    EXPECT_EQ(why.code.message(), "redis_unavailable (401)");
    EXPECT_EQ(why.executed, executed::maybe);
}

}   // namespace
}   // namespace rediserve
