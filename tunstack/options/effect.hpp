// When a changed value takes effect on a running node. Said of each row of the table by where its value lives, so that
// it cannot disagree with what the node reads; whoever sets options of a running node asks before.
#pragma once

#include "tunstack/options/options.hpp"

namespace tunstack::option {

/// `at_once`: with the next packet. `with_links`: the links begin anew with it, as when they come up. `at_start`: it is
/// part of what the node was made of; another value needs another node.
enum class Effect : std::uint8_t { at_once, with_links, at_start };

Effect effect_of(const OptionRow& row);

/// Whether it has an effect on links with link-layer addresses alone: nobody is asked for on others.
bool needs_stations(const OptionRow& row);

/// Whether the value is nobody's business: who knows it can tell addresses of this host elsewhere (RFC 7217 5).
bool is_secret(const OptionRow& row);

/// The value of the row in `options`, as assign() takes it.
std::string value_text(const Kind& kind, const NodeOptions& options);

/// What differs between two sets of options takes effect then, at the latest.
Effect effect_of_change(const NodeOptions& before, const NodeOptions& after);
/// The first row whose value differs and is fixed at the start, or null.
const OptionRow* fixed_row_changed(const NodeOptions& before, const NodeOptions& after);

}  // namespace tunstack::option
