// Walks over JSON (RFC 8259) without building anything, without recursion and without copies.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rediserve::api::upstash {

enum class json_fault : std::uint8_t { none, syntax, not_utf8, too_deep };

// A string as it stands between its quotes. All of it has been checked.
struct raw_string
{
    std::string_view bytes;
    bool escaped = false;
};

// Stands at a place in a text and moves on as it recognises things. What returns a bool says whether to go on: after
// false, fault() tells why, and nothing more is to be asked.
class json_scan
{
public:
    explicit json_scan(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

    bool at_end() const noexcept { return at_ == end_; }
    // From the current place on.
    std::string_view rest() const noexcept { return {at_, static_cast<std::size_t>(end_ - at_)}; }
    // The byte at the current place; 0 at the end.
    char peek() const noexcept { return at_end() ? '\0' : *at_; }
    void skip_blanks() noexcept
    {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t'))
            ++at_;
    }
    // Steps over `c` if it is next.
    bool take(char c) noexcept
    {
        if (at_ == end_ || *at_ != c)
            return false;
        ++at_;
        return true;
    }

    // Each of these begins at the first byte of what it is named after.
    bool string(raw_string& found) noexcept;
    bool number(std::string_view& found) noexcept;
    bool word(std::string_view expected) noexcept;   // true, false, null
    bool skip_value() noexcept;

    // The elements of an array; the place is behind its `[`. `element` is called at the first byte of each.
    template <class Element>
    bool elements(Element element)
    {
        skip_blanks();
        if (take(']'))
            return true;
        for (;;) {
            if (!element())
                return false;
            skip_blanks();
            if (take(']'))
                return true;
            if (!take(','))
                return fail();
            skip_blanks();
        }
    }

    bool fail(json_fault why = json_fault::syntax) noexcept;
    json_fault fault() const noexcept { return fault_; }

private:
    static constexpr std::size_t deepest = 512;

    // The arrays and objects around the current place.
    struct nesting
    {
        std::bitset<deepest> objects;
        std::size_t depth = 0;

        bool in_object() const noexcept { return objects[depth - 1]; }
        char closing() const noexcept { return in_object() ? '}' : ']'; }
    };

    bool escape() noexcept;
    bool scalar() noexcept;
    bool open(nesting& around) noexcept;
    bool name(const nesting& around) noexcept;
    bool after_value(nesting& around) noexcept;

    const char* at_;
    const char* end_;
    json_fault fault_ = json_fault::none;
};

// Whether `text` is one whole JSON value, nested at most 512 deep.
bool is_json(std::string_view text) noexcept;

// What a checked string says, written to `to`, which has room for as many bytes as `raw` has. A surrogate without its
// other half becomes U+FFFD. Returns the end of what was written.
char* unescape(std::string_view raw, char* to) noexcept;

}   // namespace rediserve::api::upstash
