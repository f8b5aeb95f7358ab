// hiredis 1.2 reads no attributes (RESP3, `|`). Whoever finds them before it does can have it read, of each and of the value it
// stands before, an array of two. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

namespace rediserve::redis {

class attribute_finder
{
public:
    // What hiredis is to read in the place of an attribute's type: the rest of it is that of a map.
    static constexpr std::string_view begin_pair = "*2\r\n%";

    // Goes on through the replies with `bytes`, up to the type of the next attribute. Returns how many bytes stand before it,
    // or all; the next call has what stands behind it.
    std::size_t find(std::string_view bytes) noexcept;

    // To be asked once for each value that hiredis reads, in order: whether it is such an array.
    bool next_is_pair() noexcept;

private:
    // RESP is prefixes only: what is a type can be told without knowing what is inside of what.
    bool begin_value(char type) noexcept;
    void go_on(char byte) noexcept;

    std::uint64_t text_left_ = 0;       // bytes of a text, with its line end
    std::uint64_t size_ = 0;            // as the line has it so far
    bool in_line_ = false;              // behind a type, up to the line's end
    bool sized_ = false;                // the line says how long the text behind it is
    char last_ = 0;                     // … byte of the line
    std::uint64_t found_ = 0;           // values
    std::uint64_t read_ = 0;            // … by hiredis
    std::deque<std::uint64_t> pairs_;   // which of them are made here, and not read yet
};

}   // namespace rediserve::redis
