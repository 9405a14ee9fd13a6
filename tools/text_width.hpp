// How wide lines may be, and lines that are no wider.
#pragma once

#include <string>
#include <string_view>

namespace tunstack {

/// Columns of the terminal that `fd` is, or of $COLUMNS; 80 if neither is known.
std::size_t terminal_width(int fd);

/// Words of `text` on lines of at most `width` columns; the first line begins at `column`, the others behind `indent`
/// spaces. A word that is too long stands alone. Without a line break at the end.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent, std::size_t column);

}  // namespace tunstack
