#include "faults/question.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace rediserve::test {

namespace {

using nlohmann::json;

std::string post(std::string_view target, const std::string& body)
{
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: faults\r\nContent-Length: " + std::to_string(body.size())
        + "\r\n\r\n" + body;
}

std::string text_of(const json& document, const char* member)
{
    if (!document.is_object() || !document.contains(member) || !document[member].is_string())
        return {};
    return document[member];
}

// How a failure is worded: its code, or the word with which Redis begins its text.
std::string wording(int status, const json& document)
{
    auto code = text_of(document, "code");
    if (code.empty()) {
        code = text_of(document, "error");
        code = "Redis' " + code.substr(0, code.find(' '));
    }
    const auto executed = text_of(document, "executed");
    return std::to_string(status) + " " + code + (executed.empty() ? "" : " " + executed);
}

bool writes(question what)
{
    return what != question::get && what != question::keys_get && what != question::wait;
}

// What one answer, or one element of it, says. An error without a word on it is Redis' own, and so nothing was done.
told read_verdict(question what, int status, const json& document, tally& counts, findings& found)
{
    if (status < 300 && text_of(document, "error").empty())
        return told::done;
    const auto words = wording(status, document);
    ++counts.failures[words];
    const auto executed = text_of(document, "executed");
    if (executed == "maybe")
        return told::maybe;
    if (executed == "yes")
        return told::done;
    if (executed.empty() && status >= 500 && writes(what))
        found.note(found.unexplained, 1, "a failed write that does not say whether it was done: " + words);
    return told::refused;
}

std::optional<long> number_of(const json& document, const char* member)
{
    if (!document.is_object() || !document.contains(member) || !document[member].is_number_integer())
        return std::nullopt;
    return document[member].get<long>();
}

std::optional<std::string> result_of(const json& document)
{
    const auto found = document.find("result");
    if (found == document.end() || !found->is_string())
        return std::nullopt;
    return found->get<std::string>();
}

void count(told one, tally& counts)
{
    switch (one) {
    case told::done: ++counts.done; break;
    case told::refused: ++counts.refused; break;
    case told::maybe: ++counts.maybe; break;
    }
}

}   // namespace

void tally::add(const tally& others)
{
    done += others.done;
    refused += others.refused;
    maybe += others.maybe;
    unanswered += others.unanswered;
    excused += others.excused;
    for (const auto& [words, times] : others.failures)
        failures[words] += times;
    slowest = std::max(slowest, others.slowest);
}

std::string page::ask(question what, long number) const
{
    const auto increment_of = [](const std::string& of) { return json::array({"INCR", of}); };
    const auto increment = increment_of(key("n"));
    const auto set = json::array({"SET", key("t"), value(number)});
    const auto get = json::array({"GET", key("t")});
    switch (what) {
    case question::increment: return post("/", increment.dump());
    case question::pipeline: return post("/pipeline", json::array({increment, set, get}).dump());
    case question::transaction:
        return post("/multi-exec", json::array({increment_of(pair_key("a")), increment_of(pair_key("b"))}).dump());
    case question::set: return post("/", set.dump());
    case question::get: return post("/", get.dump());
    case question::keys_increment: return post("/keys/" + key("n") + "/incr", "");
    case question::keys_get: return "GET /keys/" + key("t") + "?raw HTTP/1.1\r\nHost: faults\r\n\r\n";
    default: return post("/", json::array({"BLPOP", key("nothing"), "0.01"}).dump());
    }
}

// One answer on its way into a page.
struct page::answer
{
    question what;
    long number;
    int status;
    json document;
    tally& counts;
    findings& found;
    told worst = told::done;

    // Of a list of answers one, of all others the whole.
    const json& part(std::size_t index) const
    {
        const bool each = status == 200 && document.is_array() && index < document.size();
        return each ? document[index] : document;
    }
    told verdict(std::size_t index)
    {
        const auto how = read_verdict(what, status, part(index), counts, found);
        worst = std::max(worst, how);
        return how;
    }
};

void page::enter_increment(answer& from, std::size_t index, counter& into, const std::string& of)
{
    const auto how = from.verdict(index);
    const char* member = from.what == question::keys_increment ? "value" : "result";
    if (how == told::done)
        into.confirm(number_of(from.part(index), member), of, from.found);
    else if (how == told::maybe)
        into.doubt();
}

void page::enter_set(answer& from, std::size_t index)
{
    const auto how = from.verdict(index);
    if (how == told::done)
        text_.confirm(from.number);
    else if (how == told::maybe)
        text_.doubt(from.number);
}

void page::enter_get(answer& from, std::size_t index)
{
    if (from.verdict(index) == told::done)
        check_text(result_of(from.part(index)), from.found);
}

told page::settle(question what, long number, int status, std::string_view body, tally& counts, findings& found)
{
    if (what == question::keys_get && (status == 200 || status == 404)) {
        check_text(status == 200 ? std::optional<std::string>(body) : std::nullopt, found);
        ++counts.done;
        return told::done;
    }
    answer from{what, number, status, json::parse(body, nullptr, false), counts, found};
    if (from.document.is_discarded())
        found.note(found.foreign, 1, "an answer that is no JSON: " + std::to_string(status) + " " + std::string(body));
    switch (what) {
    case question::increment:
    case question::keys_increment: enter_increment(from, 0, single_, key("n")); break;
    case question::pipeline:
        enter_increment(from, 0, single_, key("n"));
        enter_set(from, 1);
        enter_get(from, 2);
        break;
    case question::transaction:
        enter_increment(from, 0, pair_[0], pair_key("a"));
        enter_increment(from, 1, pair_[1], pair_key("b"));
        break;
    case question::set: enter_set(from, 0); break;
    case question::get: enter_get(from, 0); break;
    default: from.verdict(0); break;
    }
    count(from.worst, counts);
    return from.worst;
}

void page::doubt(question what, long number)
{
    if (what == question::increment || what == question::pipeline || what == question::keys_increment)
        single_.doubt();
    if (what == question::pipeline || what == question::set)
        text_.doubt(number);
    if (what == question::transaction)
        for (auto& each : pair_)
            each.doubt();
}

long page::number_in(std::string_view text) const
{
    const auto prefix = name_ + "=";
    long number = -1;
    if (text.starts_with(prefix))
        std::from_chars(text.data() + prefix.size(), text.data() + text.size(), number);
    return number;
}

void page::check_text(const std::optional<std::string>& text, findings& found) const
{
    std::optional<long> number;
    if (text)
        number = number_in(*text);
    if (!text_.explains(number))
        found.note(
            found.foreign, 1, key("t") + " was read as " + text.value_or("nothing") + ", which nothing explains"
        );
}

void page::judge(
    const std::function<std::optional<std::string>(const std::string& key)>& read, memory is, findings& found
) const
{
    const auto number_at = [&](const std::string& of) { return std::stol(read(of).value_or("0")); };
    single_.judge(number_at(key("n")), is, key("n"), found);
    const auto first = number_at(pair_key("a"));
    const auto second = number_at(pair_key("b"));
    pair_[0].judge(first, is, pair_key("a"), found);
    pair_[1].judge(second, is, pair_key("b"), found);
    if (first != second)
        found.note(
            found.half, 1,
            pair_key("a") + " and …b, only ever incremented together, are " + std::to_string(first) + " and "
                + std::to_string(second)
        );
    if (is == memory::whole)
        check_text(read(key("t")), found);
}

}   // namespace rediserve::test
