// The text codecs of base: whatever the bytes, encoding and decoding agree with each other and never grow what they decode.
#include "rediserve/base/bytes.hpp"

#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string_view>

using namespace rediserve;

namespace {

void check(bool holds)
{
    if (!holds)
        std::abort();
}

void check_percent(std::string_view input)
{
    check(percent_decode(percent_encode(input)) == input);
    const auto decoded = percent_decode(input);
    check(!decoded || decoded->size() <= input.size());
    check(!decoded || percent_decode(percent_encode(*decoded)) == decoded);
    const bool has_plus = input.find('+') != std::string_view::npos;
    const auto form = form_decode(input);
    check(form.has_value() == decoded.has_value());
    check(has_plus || form == decoded);
}

void check_base64(std::string_view input)
{
    buffer encoded;
    append_base64(encoded, input);
    check(base64_decode(encoded.view()) == input);
    if (const auto decoded = base64_decode(input)) {
        buffer again;
        append_base64(again, *decoded);
        check(again.view() == input);   // only the canonical form is taken
    }
}

void check_json(std::string_view input)
{
    if (!is_utf8(input))
        return;
    buffer quoted;
    append_json_string(quoted, input);
    check(quoted.size() >= input.size() + 2 && quoted.size() <= 6 * input.size() + 2);
    check(is_utf8(quoted.view()));
    for (const char c : quoted.view())
        check(static_cast<unsigned char>(c) >= 0x20);
}

void check_numbers(std::string_view input)
{
    if (const auto number = parse_integer(input)) {
        buffer text;
        text.append_number(*number);
        check(parse_integer(text.view()) == number);
    }
    (void)parse_size(input);
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check_percent(input);
    check_base64(input);
    check_json(input);
    check_numbers(input);
    return 0;
}
