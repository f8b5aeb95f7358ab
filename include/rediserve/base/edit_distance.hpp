// How far apart two words are: for "did you mean …?".
#pragma once

#include <cstddef>
#include <string_view>

namespace rediserve {

// How many insertions, deletions, replacements and swaps of neighbours turn one text into the other (Damerau and
// Levenshtein, optimal string alignment). Takes time and memory by both lengths: cut what a client sent.
std::size_t edit_distance(std::string_view from, std::string_view to);

}   // namespace rediserve
