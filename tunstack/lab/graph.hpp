// A lab as a drawing: for Graphviz, for Mermaid, or as lines for people.
#pragma once

#include <string>

#include "tunstack/lab/lab_file.hpp"

namespace tunstack::lab {

enum class GraphForm : std::uint8_t { dot, mermaid, text };

/// Of a file without faults.
std::string graph_of(const LabFile& file, GraphForm form);

}  // namespace tunstack::lab
