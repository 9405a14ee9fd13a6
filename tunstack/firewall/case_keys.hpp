// What can be said of a case, key by key: read by case_reader.hpp, listed in docs/firewall-cases.md.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tunstack/firewall/case.hpp"

namespace tunstack::firewall {

enum class ValueKind : std::uint8_t { text, truth, number, texts };

/// The member that `kind` says.
struct KeyValue {
  std::string text;
  bool truth = false;
  std::int64_t number = 0;
  std::vector<std::string> texts;
};

struct CaseKey {
  std::string_view name;
  ValueKind kind;
  bool may_be_default;
  /// What is wrong with the value; empty: nothing.
  std::string (*take)(Case& a_case, const KeyValue& value);
  std::string_view help;
};

std::span<const CaseKey> case_keys();
const CaseKey* find_case_key(std::string_view name);

/// "rejected 3/13" into what is wanted of a case; what is wrong with it.
std::string take_verdict(Case& a_case, std::string_view text);

/// The family that a line of docs/packets.md tells by an address, by ICMP or ICMP6, or by its octets.
std::optional<Family> family_in(std::string_view line);

const char* flow_name(Flow flow);  // "udp"

}  // namespace tunstack::firewall
