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

constexpr int deepest = 16;   // the options need four
constexpr std::size_t largest = std::size_t{1} << 20;

struct too_deep
{};

// Watches the parser: refuses deep nesting, and finds keys that stand twice in one object, of which the JSON library would
// keep the last without a word.
class watcher
{
public:
    bool operator()(int depth, json::parse_event_t event, const json& parsed)
    {
        if (depth > deepest)
            throw too_deep();
        switch (event) {
        case json::parse_event_t::object_start: open_.emplace_back(); break;
        case json::parse_event_t::object_end: open_.pop_back(); break;
        case json::parse_event_t::key: enter(parsed.get_ref<const std::string&>()); break;
        default: break;
        }
        return true;
    }

    const std::vector<std::string>& duplicates() const noexcept { return duplicates_; }

private:
    struct object
    {
        std::set<std::string> keys;
        std::string current;
    };

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
        auto document = json::parse(text, std::ref(watch), true, true);
        return parsed{std::move(document), watch.duplicates()};
    } catch (const json::parse_error& failure) {
        complain(line_and_column(text, failure.byte), syntax_complaint(failure.what()));
    } catch (const json::exception&) {   // a number beyond every type; it has no position
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
    if (!read->duplicates.empty())
        complain_of(file, {}, std::string(what) + " or a key of one stands there twice", found);
    return std::move(read->document);
}

std::optional<std::string> read_file(const std::string& path, std::string_view what, problems& found)
{
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
    std::string text(largest + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > largest)
        return refuse("it is larger than 1 MiB");
    return text;
}

}   // namespace rediserve::config
