#include "access/jwt_json.hpp"

#include <set>
#include <string>
#include <vector>

namespace rediserve::access {

namespace {

constexpr int most_levels = 16;

// Watches the parser: which names each open object has so far.
class strictness
{
public:
    void see(int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed)
    {
        using event_t = nlohmann::json::parse_event_t;
        violated_ = violated_ || depth > most_levels;
        if (event == event_t::object_start)
            names_.emplace_back();
        else if (event == event_t::object_end)
            names_.pop_back();
        else if (event == event_t::key && !names_.back().insert(parsed.get_ref<const std::string&>()).second)
            violated_ = true;
    }

    bool violated() const noexcept { return violated_; }

private:
    std::vector<std::set<std::string>> names_;
    bool violated_ = false;
};

}   // namespace

std::optional<nlohmann::json> read_object(std::string_view text)
{
    strictness strict;
    const auto watch = [&strict](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
        strict.see(depth, event, parsed);
        return true;
    };
    nlohmann::json document = nlohmann::json::parse(text, watch, false);
    if (!document.is_object() || strict.violated())
        return std::nullopt;
    return document;
}

std::string_view text_member(const nlohmann::json& object, const char* name)
{
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string())
        return {};
    return found->get_ref<const std::string&>();
}

}   // namespace rediserve::access
