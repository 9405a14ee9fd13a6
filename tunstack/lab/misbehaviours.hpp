// The deliberate faults that a node of a lab can have.
#pragma once

#include <span>
#include <string_view>

namespace tunstack::lab {

std::span<const std::string_view> known_misbehaviours();

}  // namespace tunstack::lab
