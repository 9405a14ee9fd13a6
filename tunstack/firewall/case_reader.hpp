// Cases of one TOML file: the catalogue's and those of users, with faults that say where.
#pragma once

#include <string_view>

#include "tunstack/firewall/case.hpp"

namespace tunstack::firewall {

/// Throws UsageFault with file, line and column.
std::vector<Case> cases_in(std::string_view text, const std::string& name);

/// Fills in what follows from the rest, and reads the packets with the names of examples. What is wrong, and in which
/// packet (or none of them) where.
struct CaseFault {
  std::string what;
  std::optional<std::size_t> packet;
  std::size_t at = 0;
};
std::optional<CaseFault> complete_case(Case& a_case, bool has_family, unsigned number);

}  // namespace tunstack::firewall
