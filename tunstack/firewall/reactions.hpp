// What came out of a device because of a case, in words that two runs can be compared by: no addresses, identifiers or
// lengths.
#pragma once

#include "tunstack/firewall/observation.hpp"

namespace tunstack::firewall {

struct ReactionRead {
  std::string words = {};      // "ICMP echo reply", "ICMP6 port unreachable 1/4", "TCP [R.]", "forwarded"
  std::string rejection = {};  // "3/13", "RST": of an error or a reset
  bool is_chatter = false;     // what the machine says now and then by itself, and nobody asked for here
  bool is_forwarded = false;

  bool is_answer() const { return !is_chatter && !is_forwarded && rejection.empty(); }
};

ReactionRead read_reaction(const Reaction& reaction, const std::vector<Injection>& injections);

}  // namespace tunstack::firewall
