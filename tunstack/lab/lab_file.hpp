// A network and what is to happen in it, as a lab file says it (docs/labs.md): plain data, each thing with its place.
// Filled by `read_lab`, which also expands templates and finds what is wrong; `plan_lab` makes a network of it.
#pragma once

#include <optional>
#include <vector>

#include "protocols/interface.hpp"
#include "protocols/ip/filter.hpp"
#include "protocols/ip/routes.hpp"
#include "tunstack/lab/comparison.hpp"
#include "tunstack/lab/lab_fault.hpp"
#include "tunstack/network/impairment.hpp"

namespace tunstack::lab {

/// KEY = VALUE of a table whose keys are somebody else's. `value` is as options take it: "8", "on", "a,b".
struct Setting {
  std::string key, value;
  Place place;
  Place value_place;
};

using Texts = std::vector<Placed<std::string>>;
using Prefixes = std::vector<Placed<IpPrefix>>;
using Addresses = std::vector<Placed<IpAddress>>;

/// A door: where the kernel is connected, or a host of ours in its place.
struct LabDoor {
  std::string name = {};
  Place place = {};
  Placed<std::string> link = {};
  std::optional<Prefixes> addresses = {};  // nothing: by number
  std::optional<Texts> routes = {};        // prefixes, or "default"
  Addresses gateways = {};                 // nothing: the first router on the link
  std::optional<Placed<std::string>> device = {};
};

struct LabLink {
  std::string name = {};
  Place place = {};
  Prefixes nets = {};
  std::optional<Placed<std::size_t>> mtu = {};
  Impairments impairments = {};
  std::uint32_t cost = 1;
  bool tap = false;  // Ethernet
};

struct LabInterface {
  std::string name = {};
  Place place = {};
  Placed<std::string> link = {};
  std::optional<Prefixes> addresses = {};  // nothing: by number
  std::optional<Placed<std::size_t>> mtu = {};
  std::optional<Placed<std::string>> mac = {};
  Addresses gateways = {};
  bool autoconf = false;
};

struct LabAdvertise {
  Place place = {};
  Prefixes prefixes = {};
  std::optional<Placed<Duration>> interval = {}, lifetime = {};
};

struct LabFilterRule {
  Place place = {};
  Placed<std::string> match = {}, action = {"accept", {}};
  std::vector<ip::FilterRule> rules = {};  // what it amounts to; filled in by the check
};

/// A row of nodes like this one, between two links.
struct LabTemplate {
  std::optional<Placed<std::size_t>> count = {};
  std::optional<Placed<std::string>> chain = {}, to = {};
  Prefixes nets = {};  // that links between take theirs from
};

struct LabNode {
  std::string name = {};
  Place place = {};
  Placed<std::string> role = {"host", {}};
  std::vector<Setting> options = {};
  std::vector<LabInterface> interfaces = {};
  std::optional<LabAdvertise> advertise = {};
  std::vector<LabFilterRule> filter = {};
  std::optional<Texts> routes = {};          // nothing: they are computed
  std::optional<bool> computed_routes = {};  // beside those
  Texts services = {};
  std::vector<Setting> misbehave = {};
  LabTemplate as_template = {};
  bool is_of_row = false;  // says more of a node that a row makes

  bool is_router() const { return role.value == "router"; }
};

struct LabTopology {
  Place place = {};
  Placed<std::string> kind = {}, link = {};
  std::optional<Placed<std::string>> to = {};
  Placed<std::size_t> size = {};
  Prefixes nets = {};
};

/// Traffic or a change: one of `run`, `set` and `send`.
struct LabEvent {
  Place place = {};
  Placed<Duration> at = {};
  std::optional<Placed<std::string>> run = {};  // `do`
  std::vector<Setting> set = {};
  std::optional<Placed<std::string>> send = {};
};

/// How something that is measured must compare.
struct LabResult {
  std::string key;
  Comparison comparison;
  Place place;
};

/// About decisions (node, match, reason, ...), the result of a `do` (`of`, or one `hop` of it), or state (`state`,
/// `equals`).
struct LabExpectation {
  Place place = {};
  std::optional<Placed<std::string>> node = {}, interface = {}, event = {}, verdict = {}, reason = {}, match = {};
  std::vector<Setting> fields = {};
  std::optional<Placed<std::string>> of = {};
  std::optional<Placed<std::size_t>> hop = {};  // of a traceroute: the results are those of one hop
  std::optional<Placed<std::string>> from = {};
  std::vector<LabResult> results = {};
  std::optional<Placed<std::string>> state = {};
  std::optional<Setting> equals = {};
  std::optional<Placed<Duration>> within = {};
  std::optional<Placed<Comparison>> count = {};
  bool is_absent = false;
};

struct LabFile {
  std::string name = {}, description = {};
  std::uint64_t seed = 0;
  std::vector<LabDoor> doors = {};
  std::vector<LabLink> links = {};
  std::vector<LabNode> nodes = {};
  std::optional<LabTopology> topology = {};
  std::vector<LabEvent> events = {};
  std::vector<LabExpectation> expectations = {};
};

}  // namespace tunstack::lab
