// Numbers with a unit, as people type them: 30s, 500ms, 4MiB. The one parser of them, for options and the command line.
#pragma once

#include <optional>
#include <string_view>

namespace tunstack::option {

/// How many `unit` (as the table of options names them: "seconds", "ms", "octets", "KiB") `text` is: a decimal number,
/// perhaps with a fraction, and perhaps the name of another unit of the same kind. A plain number is in `unit`; units
/// of no kind ("hops") take no other. Nothing if it is something else.
std::optional<double> parse_quantity(std::string_view text, std::string_view unit);

}  // namespace tunstack::option
