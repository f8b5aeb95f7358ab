#include "api/json_reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace rediserve::api {

namespace {

constexpr std::size_t deepest = 8;   // an envelope with a stream needs five
constexpr std::size_t most_values = 1'000'000;

// Builds a value from nlohmann's parse events. Every handler says whether to go on.
class builder
{
public:
    bool null() { return add(nullptr); }
    bool boolean(bool value) { return add(value); }
    bool number_integer(std::int64_t value) { return add(value); }
    bool number_unsigned(std::uint64_t value)
    {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return add(static_cast<double>(value));
        return add(static_cast<std::int64_t>(value));
    }
    bool number_float(double value, const std::string&) { return add(value); }
    bool string(std::string& value) { return add(std::move(value)); }
    bool binary(std::vector<std::uint8_t>&) { return false; }   // only in binary formats
    bool start_object(std::size_t) { return open(json_object()); }
    bool start_array(std::size_t) { return open(json_array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name)
    {
        name_ = std::move(name);
        return true;
    }

    template <class Exception>
    bool parse_error(std::size_t at, const std::string&, const Exception&)
    {
        return refuse(errc::bad_request, "the body is not valid JSON at byte " + std::to_string(at));
    }

    json_value& root() noexcept { return root_; }
    const std::optional<error>& refusal() const noexcept { return refusal_; }

private:
    using path = std::vector<json_value*>;

    template <class T>
    bool add(T&& value)
    {
        return place(json_value{std::forward<T>(value)}) != nullptr;
    }

    template <class T>
    bool open(T&& container)
    {
        if (open_.size() == deepest)
            return refuse(errc::bad_request, "the JSON document is nested too deep");
        json_value* const placed = place(json_value{std::forward<T>(container)});
        if (placed)
            open_.push_back(placed);
        return placed != nullptr;
    }

    bool close()
    {
        open_.pop_back();
        return true;
    }

    // Containers grow only while they are the innermost open one, so the addresses in open_ stay good.
    json_value* place(json_value&& value)
    {
        if (++count_ > most_values) {
            refuse(errc::body_too_large, "the JSON document has more than " + std::to_string(most_values) + " values");
            return nullptr;
        }
        if (open_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        if (auto* const members = open_.back()->as<json_object>()) {
            members->push_back({std::move(name_), std::move(value)});
            return &members->back().value;
        }
        return &open_.back()->as<json_array>()->emplace_back(std::move(value));
    }

    bool refuse(errc code, std::string why)
    {
        refusal_ = error(code, std::move(why));
        return false;
    }

    json_value root_;
    path open_;
    std::string name_;
    std::size_t count_ = 0;
    std::optional<error> refusal_;
};

}   // namespace

result<json_value> read_json(std::string_view text)
{
    builder built;
    if (nlohmann::json::sax_parse(text, &built))
        return std::move(built.root());
    return built.refusal().value_or(error(errc::bad_request, "the body is not valid JSON"));
}

result<json_object> read_json_object(std::string_view text)
{
    auto document = read_json(text);
    if (!document)
        return std::move(document).error();
    if (auto* const members = document->as<json_object>())
        return std::move(*members);
    return error(errc::bad_request, "the body must be a JSON object");
}

}   // namespace rediserve::api
