// The fault matrix and the soak as a program, for bench/faults and bench/soak:
//
//     fault_matrix list
//     fault_matrix matrix [--seconds 2] [--clients 16] [--only ROW,…]
//     fault_matrix soak [--seconds 3600] [--every 20] [--seed 1] [--clients 8] [--csv FILE]
//
// Prints Markdown on standard output, and on standard error what it is about. Exit code: 0 when nothing was lost, run twice
// or left unanswered and all else came back to what it was; 1 otherwise; 2 for wrong arguments.
#include "faults/soak.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

namespace rediserve::test {
namespace {

using flags = std::map<std::string, std::string>;

int whole(const flags& of, const std::string& name, int otherwise)
{
    const auto found = of.find("--" + name);
    return found == of.end() ? otherwise : std::stoi(found->second);
}

std::string text(const flags& of, const std::string& name, const std::string& otherwise)
{
    const auto found = of.find("--" + name);
    return found == of.end() ? otherwise : found->second;
}

bool tell(const outcome& of)
{
    const auto failures = of.failures();
    for (const auto& each : failures)
        std::cerr << of.name << ": FAILED: " << each << "\n";
    return failures.empty();
}

int list()
{
    for (const auto& row : all_rows())
        std::cout << row.name << "\t" << row.title << "\n";
    return EXIT_SUCCESS;
}

bool play_row(const fault_row& row, const scene::options& how)
{
    if (const auto why = row.why_not ? row.why_not() : ""; !why.empty()) {
        std::cerr << row.name << ": left out: " << why << "\n";
        return true;
    }
    std::cerr << row.name << "\n";
    try {
        const auto result = play(row, how);
        std::cout << table_row(result) << std::flush;
        return tell(result);
    } catch (const std::exception& failed) {
        std::cerr << row.name << ": FAILED: " << failed.what() << "\n";
        return false;
    }
}

scene::options options_of(const flags& given, int seconds, int clients)
{
    return {.clients = whole(given, "clients", clients), .length = std::chrono::seconds(seconds)};
}

int matrix(const flags& given)
{
    const auto how = options_of(given, whole(given, "seconds", 2), 16);
    const auto only = "," + text(given, "only", "") + ",";
    bool known = only == ",,";
    bool good = true;
    std::cout << table_head();
    for (const auto& row : all_rows()) {
        if (only != ",," && only.find("," + std::string(row.name) + ",") == std::string::npos)
            continue;
        known = true;
        good = play_row(row, how) && good;
    }
    if (!known)
        std::cerr << "there is no such row; `list` says which there are\n";
    return known ? (good ? EXIT_SUCCESS : EXIT_FAILURE) : 2;
}

int soak(const flags& given)
{
    soak_options how;
    how.length = std::chrono::seconds(whole(given, "seconds", 3600));
    how.every = std::chrono::seconds(whole(given, "every", 20));
    how.seed = static_cast<std::uint32_t>(whole(given, "seed", 1));
    how.each = options_of(given, 2, 8);
    std::ofstream figures(text(given, "csv", "/dev/null"));
    bool good = true;
    std::cout << table_head();
    for (const outcome& each : soak(how, figures, std::cerr)) {
        std::cout << table_row(each) << std::flush;
        good = tell(each) && good;
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run(int count, char** words)
{
    const std::string what = count > 1 ? words[1] : "";
    flags given;
    for (int index = 2; index + 1 < count; index += 2)
        given[words[index]] = words[index + 1];
    if (what == "list")
        return list();
    if (what == "matrix")
        return matrix(given);
    if (what == "soak")
        return soak(given);
    std::cerr << "what to do: list, matrix or soak\n";
    return 2;
}

}   // namespace
}   // namespace rediserve::test

int main(int count, char** words)
{
    try {
        return rediserve::test::run(count, words);
    } catch (const std::exception& failed) {
        std::cerr << failed.what() << "\n";
        return EXIT_FAILURE;
    }
}
