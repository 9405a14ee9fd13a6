// What is wrong in a lab file, and where. All of it is collected: nobody mends a file fault by fault.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tunstack::lab {

/// From 1; line 0 is no line of the file, but something that was said beside it (`--with`).
struct Place {
  std::uint32_t line = 0, column = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// A value, and where it stands.
template <class Value>
struct Placed {
  Value value{};
  Place place{};
};

struct LabFault {
  Place place;
  std::string what, remedy;
};

using Faults = std::vector<LabFault>;

/// "pmtud.toml:12:7: 'mtuu' is no key of a link" and, in the next line, what to do.
std::string fault_text(const LabFault& fault, const std::string& file);
/// All of them, in the order of the file.
std::string faults_text(const Faults& faults, const std::string& file);

}  // namespace tunstack::lab
