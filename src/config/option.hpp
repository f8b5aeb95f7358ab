// One option: where it stands in the file, what it may be, and where it goes. The table of all of them feeds the file,
// environment and flag readers, --help, --print-config, the JSON Schema, config/rediserve.json and the reference.
#pragma once

#include "rediserve/config/config.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rediserve::config {

// The member of `settings` that an option stands for.
template <class T>
using field = T& (*)(settings&);

// What an option may be. Every kind has one text form, the same in flags, environment and file; the file has JSON
// numbers, booleans and arrays besides, where the kind says so.
namespace kind {

struct boolean
{
    field<bool> at;
};

struct count
{
    std::variant<field<std::size_t>, field<unsigned>> at;
    std::uint64_t least;
    std::uint64_t most;
};

// Bytes: "4096", "64k", "16m", "1g"; a number in the file too.
struct size
{
    field<std::size_t> at;
    std::uint64_t least;
    std::uint64_t most;
};

// Time: "500ms", "10s", "2m", "1h".
struct duration
{
    field<std::chrono::milliseconds> at;
    std::chrono::milliseconds least;
    std::chrono::milliseconds most;
};

struct choice
{
    std::array<std::string_view, 4> names;   // unused ones are empty
    std::string_view (*get)(const settings&);
    void (*set)(settings&, std::string_view);
};

// Where to listen; the only kind that may be given several times.
struct endpoints
{
    field<std::vector<http::endpoint>> at;
};

// Any other text. `set` returns what is wrong with it, or nothing, and never repeats a secret.
struct text
{
    std::string (*get)(const settings&);
    std::string (*set)(settings&, std::string_view);
};

using any = std::variant<boolean, count, size, duration, choice, endpoints, text>;

}   // namespace kind

// Headings of --help and of the reference, in this order.
enum class section : std::uint8_t {
    listening,
    access,
    redis,
    embedded,
    http,
    keys,
    upstash,
    idempotency,
    log,
    audit,
    process
};

struct option
{
    std::string_view path;   // in the file: "http.limits.body"
    config::section in = section::process;
    kind::any is;
    std::string_view help;                            // one sentence: what it does, or why one would change it
    std::string_view flag = {};                       // "--listen"; empty: none
    std::string_view operand = {};                    // of the flag, in --help
    std::array<std::string_view, 3> relatives = {};   // what related programs call it in the environment
    bool secret = false;                              // never printed; each environment name has a twin with _FILE
    bool reloadable = false;                          // SIGHUP suffices
};

// All options. Those of one group ("http.limits.") stand together.
std::span<const option> options() noexcept;

// nullptr: no such path.
const option* find_option(std::string_view path) noexcept;

// Names in the environment, first the one that wins: REDISERVE_<FLAG> where there is a flag, then REDISERVE_<PATH>.
std::vector<std::string> environment_names(const option& of);

// Names that related programs use. For a list of endpoints they stand for a port only.
std::vector<std::string> relative_names(const option& of);

// A flag that stands for no option.
struct meta_flag
{
    std::string_view name;
    std::string_view operand;
    std::string_view help;
};

std::span<const meta_flag> meta_flags() noexcept;

std::string_view title(section of) noexcept;

}   // namespace rediserve::config
