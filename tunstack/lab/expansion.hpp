// Templates of a lab file: rows of nodes and whole topologies become nodes and links like those that are written out.
#pragma once

#include "tunstack/lab/lab_file.hpp"

namespace tunstack::lab {

/// What each of the topology's nodes is, before its number and its interfaces.
LabNode node_of_topology(Place place);

void expand_templates(LabFile& file, Faults& faults);

}  // namespace tunstack::lab
