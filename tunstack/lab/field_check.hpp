// What expectations say of packets: whether there is such a field, and whether it can have such a value.
#pragma once

#include <optional>

#include "tunstack/lab/lab_file.hpp"

namespace tunstack::lab {

std::optional<LabFault> field_fault(const Setting& field);

}  // namespace tunstack::lab
