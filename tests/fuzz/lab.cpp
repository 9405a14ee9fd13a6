// Any text as a lab file: it is read, or all that is wrong is told with its place; what is read becomes a network.
#include <algorithm>

#include "tests/fuzz/sent_packets.hpp"
#include "tunstack/lab/graph.hpp"
#include "tunstack/lab/lab_plan.hpp"
#include "tunstack/lab/lab_reader.hpp"
#include "tunstack/network/network.hpp"
#include "tunstack/network/plan_check.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

constexpr std::size_t most_nodes = 64;  // of which a network is made: time goes there

void check_faults(const lab::Faults& faults) {
  for (const lab::LabFault& fault : faults) require(!fault.what.empty() && !fault.remedy.empty());
  require(std::ranges::is_sorted(faults, {}, &lab::LabFault::place));
}

void check_lab(const lab::LabFile& file) {
  for (const auto form : {lab::GraphForm::dot, lab::GraphForm::mermaid, lab::GraphForm::text})
    require(!lab::graph_of(file, form).empty());
  if (file.nodes.size() > most_nodes) return;
  const lab::LabPlan plan = lab::plan_lab(file);
  require(!plan_fault(plan.network));
  require(Network(plan.network).doors() == plan.doors.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const lab::LabReading reading = lab::read_lab(text);
  check_faults(reading.faults);
  if (reading.faults.empty()) check_lab(reading.file);
  return 0;
}
