// Which known word did a misspelt one mean?
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bsn {

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

// The known word nearest to `word`, ignoring case, '_', '-' and spaces; nullopt when none is near enough to be meant
// (more than a third of the letters differ). Of equally near ones the first. Words over 64 characters are never near.
std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string>& known);

// "; did you mean 'x'?" or, with no near word, "; known: a, b, c".
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace bsn
