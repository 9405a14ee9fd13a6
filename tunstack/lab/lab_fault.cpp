#include "tunstack/lab/lab_fault.hpp"

#include <fmt/format.h>

namespace tunstack::lab {

std::string fault_text(const LabFault& fault, const std::string& file) {
  const std::string where =
      fault.place.line == 0 ? "--with" : fmt::format("{}:{}:{}", file, fault.place.line, fault.place.column);
  return fmt::format("{}: {}\n  try: {}\n", where, fault.what, fault.remedy);
}

std::string faults_text(const Faults& faults, const std::string& file) {
  std::string text;
  for (const LabFault& fault : faults) text += fault_text(fault, file);
  return text;
}

}  // namespace tunstack::lab
