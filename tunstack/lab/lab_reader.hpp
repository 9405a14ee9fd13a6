// Reads lab files (TOML): all that is said becomes a LabFile, all that is wrong a list of faults.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tunstack/lab/lab_file.hpp"

namespace tunstack::lab {

struct LabReading {
  LabFile file;   // as it is said, with templates expanded and addresses numbered; good where there are no faults
  Faults faults;  // in the order of the file
};

/// `with`: "link.core.mtu=1280", each as if it stood in the file.
LabReading read_lab(std::string_view text, const std::vector<std::string>& with = {});

}  // namespace tunstack::lab
