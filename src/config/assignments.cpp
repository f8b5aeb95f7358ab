#include "config/assignments.hpp"

#include "config/values.hpp"

#include <utility>

namespace rediserve::config {

void note(const option& of, assignment given, assignments& to, problems& found)
{
    settings scratch;
    if (const auto wrong = assign(of, scratch, given.texts); !wrong.empty()) {
        const auto subject = given.layer == layer::in_file ? ": " + std::string(of.path) + " " : ": ";
        found.push_back({exit_code(given.layer), given.source + subject + wrong});
        given.texts.clear();
    }
    to.insert_or_assign(&of, std::move(given));
}

void set_values(const assignments& given, settings& to)
{
    for (const auto& [of, value] : given)
        if (!value.texts.empty())
            assign(*of, to, value.texts);
}

}   // namespace rediserve::config
