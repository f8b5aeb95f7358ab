#include "config/document.hpp"

#include "config/suggest.hpp"
#include "config/values.hpp"

#include <nlohmann/json.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <utility>

namespace rediserve::config {

namespace {

using nlohmann::json;

constexpr std::size_t chunk = std::size_t{1} << 16;
constexpr int deepest = 16;   // the options need four

struct too_deep
{};

struct too_large_number
{};

// Reads along before anything is built: refuses deep nesting, and finds keys that stand twice in one object, of which the
// JSON library would keep the last without a word. (Its own callback would do, but takes a time that grows with the square of
// a list's length.)
class watcher final : public json::json_sax_t
{
public:
    bool start_object(std::size_t) override
    {
        go_deeper();
        open_.emplace_back();
        return true;
    }
    bool end_object() override
    {
        open_.pop_back();
        --depth_;
        return true;
    }
    bool start_array(std::size_t) override
    {
        go_deeper();
        return true;
    }
    bool end_array() override
    {
        --depth_;
        return true;
    }
    bool key(std::string& name) override
    {
        enter(name);
        return true;
    }
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(std::int64_t) override { return true; }
    bool number_unsigned(std::uint64_t) override { return true; }
    bool number_float(double, const std::string&) override { return true; }
    bool string(std::string&) override { return true; }
    bool binary(json::binary_t&) override { return true; }
    bool parse_error(std::size_t, const std::string&, const json::exception& why) override
    {
        if (const auto* const syntax = dynamic_cast<const json::parse_error*>(&why))
            throw *syntax;
        throw too_large_number();
    }

    const std::vector<std::string>& duplicates() const noexcept { return duplicates_; }

private:
    struct object
    {
        std::set<std::string> keys;
        std::string current;
    };

    void go_deeper()
    {
        if (++depth_ > deepest)
            throw too_deep();
    }

    void enter(const std::string& key)
    {
        open_.back().current = key;
        if (!open_.back().keys.insert(key).second)
            duplicates_.push_back(path());
    }

    std::string path() const
    {
        std::string joined;
        for (const auto& one : open_)
            joined += (joined.empty() ? "" : ".") + one.current;
        return joined;
    }

    int depth_ = 0;
    std::vector<object> open_;
    std::vector<std::string> duplicates_;
};

// "3:14" for the byte that the parser had just read.
std::string line_and_column(std::string_view text, std::size_t byte)
{
    const auto before = text.substr(0, byte == 0 ? 0 : byte - 1);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto start = before.rfind('\n') + 1;   // npos + 1 is 0
    return std::to_string(line) + ":" + std::to_string(before.size() - start + 1);
}

// The parser's own words, without its prefix and without what it read last, which may be a secret.
std::string syntax_complaint(std::string_view words)
{
    if (words.find("ill-formed UTF-8") != std::string_view::npos)
        return "is not JSON: this is not UTF-8";
    const auto expected = words.rfind("; expected ");
    if (expected == std::string_view::npos)
        return "is not JSON";
    return "is not JSON: " + std::string(words.substr(expected + 2)) + " here";
}

void complain_of(const std::string& file, const std::string& position, const std::string& text, problems& found)
{
    found.push_back({bad_configuration, file + (position.empty() ? "" : ":" + position) + ": " + text});
}

struct parsed
{
    json document;
    std::vector<std::string> duplicates;   // paths of keys that stand twice
};

// nullopt with a problem when it is no JSON at all.
std::optional<parsed> parse(std::string_view text, const std::string& file, problems& found)
{
    const auto complain = [&](const std::string& position, const std::string& why) {
        complain_of(file, position, why, found);
    };
    // The parser takes a NUL outside a string for the end.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
        complain(line_and_column(text, nul + 1), "a NUL character does not belong here");
        return std::nullopt;
    }
    watcher watch;
    try {
        json::sax_parse(text, &watch, json::input_format_t::json, true, true);
        return parsed{json::parse(text, nullptr, true, true), watch.duplicates()};
    } catch (const json::parse_error& failure) {
        complain(line_and_column(text, failure.byte), syntax_complaint(failure.what()));
    } catch (const too_large_number&) {   // beyond every type; it has no position
        complain({}, "is not JSON: a number in it is too large");
    } catch (const too_deep&) {
        complain({}, "is nested deeper than " + std::to_string(deepest) + " levels");
    }
    return std::nullopt;
}

class reader
{
public:
    reader(const std::string& file, problems& found) : file_(file), found_(found) {}

    void walk(const json& members, const std::string& prefix)
    {
        for (const auto& [key, member] : members.items())
            if (!(prefix.empty() && key == "$schema"))   // for editors
                visit(prefix, key, member);
    }

    void complain(const std::string& position, const std::string& text) { complain_of(file_, position, text, found_); }

    assignments take() { return std::move(given_); }

private:
    void visit(const std::string& prefix, const std::string& key, const json& member)
    {
        const auto path = prefix + key;
        if (key.find('.') != std::string::npos)
            complain({}, quote(path) + " has a dot in a key; it is written as objects within objects");
        else if (const auto* option = find_option(path))
            set(*option, member);
        else if (!is_group(path))
            complain_of_unknown(path);
        else if (member.is_object())
            walk(member, path + ".");
        else
            complain({}, path + " must be an object, not " + member.type_name());
    }

    void set(const option& of, const json& member)
    {
        if (auto texts = texts_of(of, member))
            note(of, {std::move(*texts), layer::in_file, file_}, given_, found_);
        else
            complain({}, std::string(of.path) + " " + requirement(of) + ", not " + described(member));
    }

    static std::string described(const json& member)
    {
        return member.is_number_float() ? "a fraction" : std::string("of type ") + member.type_name();
    }

    void complain_of_unknown(const std::string& path)
    {
        const auto meant = nearest(path, paths_and_groups());
        complain({}, "there is no option " + quote(path) + (meant.empty() ? "" : "; did you mean \"" + meant + "\"?"));
    }

    static bool is_group(const std::string& path)
    {
        const auto prefix = path + ".";
        const auto all = options();
        return std::any_of(all.begin(), all.end(), [&](const option& one) { return one.path.starts_with(prefix); });
    }

    static std::vector<std::string> paths_and_groups()
    {
        std::vector<std::string> all;
        for (const auto& one : options()) {
            all.emplace_back(one.path);
            for (auto dot = one.path.find('.'); dot != std::string_view::npos; dot = one.path.find('.', dot + 1))
                all.emplace_back(one.path.substr(0, dot));
        }
        return all;
    }

    const std::string& file_;
    problems& found_;
    assignments given_;
};

}   // namespace

assignments read_document(std::string_view text, const std::string& file, problems& found)
{
    reader from(file, found);
    const auto read = parse(text, file, found);
    if (!read)
        return {};
    for (const auto& path : read->duplicates)
        from.complain({}, quote(path) + " stands there twice");
    if (read->document.is_object())
        from.walk(read->document, {});
    else
        from.complain({}, "must hold an object: { … }");
    return from.take();
}

std::optional<json> parse_json(std::string_view text, const std::string& file, std::string_view what, problems& found)
{
    auto read = parse(text, file, found);
    if (!read)
        return std::nullopt;
    if (what.empty())
        for (const auto& path : read->duplicates)
            complain_of(file, {}, quote(path) + " stands there twice", found);
    else if (!read->duplicates.empty())
        complain_of(file, {}, std::string(what) + " or a key of one stands there twice", found);
    return std::move(read->document);
}

std::optional<std::string> read_file(
    const std::string& path, std::string_view what, problems& found, std::size_t mebibytes
)
{
    const std::size_t largest = mebibytes << 20;
    const auto refuse = [&](const std::string& why) {
        found.push_back({bad_configuration, "cannot read " + std::string(what) + " " + path + ": " + why});
        return std::nullopt;
    };
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0)
        return refuse(std::strerror(errno));
    if (S_ISDIR(status.st_mode))
        return refuse("it is a folder");
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        return refuse(std::strerror(errno));
    std::string text;
    while (stream && text.size() <= largest) {
        const std::size_t before = text.size();
        text.resize(before + std::min(chunk, largest + 1 - before));
        stream.read(text.data() + before, static_cast<std::streamsize>(text.size() - before));
        text.resize(before + static_cast<std::size_t>(stream.gcount()));
    }
    if (text.size() > largest)
        return refuse("it is larger than " + std::to_string(mebibytes) + " MiB");
    return text;
}

}   // namespace rediserve::config
