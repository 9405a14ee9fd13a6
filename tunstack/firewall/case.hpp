// A case of the firewall tester: packets that arrive, what a good ruleset does with them, and who says so. Cases of the
// catalogue and of users are read from TOML by catalogue.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/base/address.hpp"

namespace tunstack::firewall {

/// `host`: the packet is for the machine under test. `router`: it passes through it, from one device to the other.
enum class Mode : std::uint8_t { host, router };

/// What a good ruleset does, and how much it matters (RFC 4890 4.2 and 4.3).
enum class Level : std::uint8_t { must_pass, should_pass, must_drop, should_drop, informational };

/// A conversation of the machine under test (or of a client behind it) that is open before the packets arrive.
enum class Flow : std::uint8_t { none, udp, tcp, echo };

/// On which side of a router packets arrive; a host has one side, the outside. `host`: the machine itself sends them.
enum class Side : std::uint8_t { outside, inside, host };

/// What the machine under test may do because of the packets, besides answering them.
enum class Effect : std::uint8_t { none, socket_error, path_mtu, route, address, data };

/// What befell the packets of a case; words of the same name are used in files and reports (fate_name()).
enum class Fate : std::uint8_t {
  passed,               // through all rules, and the machine stayed silent
  answered,             // through all rules, and something came back that is no error
  forwarded,            // out of the other device
  dropped,              // by a rule or policy
  rejected,             // by a rule, with an error or a reset
  kernel_early,         // before the first hook of rules
  kernel_route,         // between the hooks: by the routing decision, options, or reassembly
  held,                 // a fragment that waits for others
  answer_dropped,       // let in, but the answer was not let out
  limited,              // some of several
  not_observable,       // nobody can tell here
  precondition_failed,  // the conversation could not be opened
};

struct Case {
  std::string id, group, title;
  Mode mode = Mode::host;
  Family family = Family::ipv4;
  Side from = Side::outside;
  Flow flow = Flow::none;
  Level level = Level::informational;
  Effect effect = Effect::none;
  bool is_core = true;     // of the short run
  bool needs_tap = false;  // cannot be told behind a TUN: link-layer groups, solicited-node groups
  bool is_flood = false;   // many packets: runs with --yes only
  unsigned repeat = 1;     // how often the packets are sent
  /// In the notation of docs/packets.md, with names of case_packets.hpp.
  std::vector<std::string> packets;
  /// Octets of the payload of the first packet that go into each fragment, in the order of sending: "0-1480"; "8-24 of
  /// 2" takes them from the second, where fragments overlap and differ. Empty: all packets are sent whole.
  std::vector<std::string> fragments;
  /// "12: 44 00": octets that are overwritten at last, in each packet; checksums stay as they are.
  std::vector<std::string> patches;
  std::string expected, reference, consequence, note;  // in words
  std::string mend;  // what a rule about it matches, in the language of nft, where the packet does not say it
  // Of a user's case: what is to become of the packet, and as what it leaves where addresses are translated.
  std::optional<Fate> wanted;
  std::string wanted_detail;  // "3/13" of "rejected 3/13"; empty: any
  std::string wanted_packet;
};

}  // namespace tunstack::firewall
