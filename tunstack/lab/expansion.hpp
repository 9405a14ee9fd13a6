// Templates of a lab file: rows of nodes and whole topologies become nodes and links like those that are written out.
#pragma once

#include "tunstack/lab/lab_file.hpp"

namespace tunstack::lab {

void expand_templates(LabFile& file, Faults& faults);

}  // namespace tunstack::lab
