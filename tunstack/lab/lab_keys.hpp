// What can be said in a lab file, key by key and table by table. The reader, `tunstack lab schema` and docs/labs.md are
// fed by the same rows.
#pragma once

#include <limits>
#include <span>
#include <string_view>

#include "tunstack/lab/lab_value.hpp"

namespace tunstack::lab {

template <class Part>
struct LabKey {
  std::string_view name;
  ValueKind kind;
  std::string_view help;
  /// Null of tables, which the reader knows.
  void (*take)(Part& part, const LabValue& value) = nullptr;
  NumberLimits limits = {0, std::numeric_limits<std::int64_t>::max()};
};

template <class Part>
using LabKeys = std::span<const LabKey<Part>>;

LabKeys<LabFile> file_keys();
LabKeys<LabDoor> door_keys();
LabKeys<LabLink> link_keys();
LabKeys<LabNode> node_keys();
LabKeys<LabInterface> interface_keys();
LabKeys<LabAdvertise> advertise_keys();
LabKeys<LabFilterRule> filter_keys();
LabKeys<LabTopology> topology_keys();
LabKeys<LabEvent> event_keys();
LabKeys<LabExpectation> expectation_keys();

}  // namespace tunstack::lab
