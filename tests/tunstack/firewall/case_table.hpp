// The catalogue as it was measured (docs/spec/firewall-cases*.csv), and cases of tunstack/firewall beside it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "tests/support/packets.hpp"
#include "tunstack/firewall/case_packets.hpp"
#include "tunstack/firewall/catalogue.hpp"

namespace tunstack::test {

using CsvRow = std::map<std::string, std::string>;

/// Fields of a line; in quotation marks a comma belongs to a field.
inline std::vector<std::string> csv_fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"')
      is_quoted = !is_quoted;
    else if (c == ',' && !is_quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

inline std::vector<CsvRow> csv_rows(const std::string& name) {
  std::ifstream file(std::string(TUNSTACK_SOURCE_DIR) + "/docs/spec/" + name);
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> heads = csv_fields(line);
  std::vector<CsvRow> rows;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = csv_fields(line);
    EXPECT_EQ(fields.size(), heads.size()) << line;
    for (std::size_t i = 0; i < std::min(fields.size(), heads.size()); ++i) {
      if (i == 0) rows.emplace_back();
      rows.back()[heads[i]] = fields[i];
    }
  }
  return rows;
}

/// All 333, the short run first.
inline std::vector<CsvRow> measured_cases() {
  std::vector<CsvRow> rows = csv_rows("firewall-cases.csv");
  for (CsvRow& row : csv_rows("firewall-cases-extended.csv")) rows.push_back(std::move(row));
  return rows;
}

inline const firewall::Case& case_named(const std::string& id) {
  const auto found = std::ranges::find(firewall::catalogue(), id, &firewall::Case::id);
  if (found == firewall::catalogue().end()) throw std::runtime_error("no case " + id);
  return *found;
}

/// What is sent for a case, with the names of examples.
inline std::vector<Packet> example_packets(const firewall::Case& a_case, unsigned index = 0) {
  const auto packets = firewall::packets_of(a_case, firewall::example_names(a_case, index));
  EXPECT_TRUE(packets.has_value()) << a_case.id << ": " << (packets ? "" : packets.error().what);
  return packets ? *packets : std::vector<Packet>(1);
}
inline Packet example_packet(const std::string& id) { return example_packets(case_named(id)).at(0); }

/// Where the upper layer begins, found step by step.
struct UpperPart {
  unsigned protocol = 0;
  std::size_t at = 0;
};
inline UpperPart upper_part(const Packet& packet) {
  if (packet.at(0) >> 4 != 6) return {packet.at(9), (packet[0] & 0xfU) * 4};
  UpperPart part{packet.at(6), 40};
  while (part.protocol == 0 || part.protocol == 60 || part.protocol == 43 || part.protocol == 44) {
    const unsigned next = packet.at(part.at);
    part.at += part.protocol == 44 ? 8 : (packet.at(part.at + 1) + 1U) * 8;
    part.protocol = next;
  }
  return part;
}

}  // namespace tunstack::test
