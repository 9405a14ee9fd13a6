// Our own table beside the user's: chains before and behind all rules that only log and trace, in the private network
// alone. What is injected shows there; measured: nothing is disturbed by it.
#pragma once

#include <vector>

#include "protocols/base/address.hpp"
#include "tunstack/firewall/bench/nfnetlink.hpp"
#include "tunstack/firewall/observation.hpp"

namespace tunstack::firewall {

inline constexpr const char* probe_table = "tunstack_probe";

/// Puts the probes in. `devices`: whose ingress is watched. Throws SystemError where this kernel has no nf_tables.
void put_probes(NfnetlinkSocket& socket, const std::vector<std::string>& devices);

/// Has the kernel track connections, as one `ct` expression anywhere does. Throws SystemError.
void put_connection_tracking(NfnetlinkSocket& socket);

/// Takes all tables away, ours too.
void clear_rules(NfnetlinkSocket& socket);

/// What the probes saw: NFLOG for points, nf_tables' trace for rules.
class ProbeReader {
 public:
  ProbeReader();

  /// Forgets what waits. Of what the machine sends from now on, packets to `peers` alone are told; without, all are.
  void forget(const std::vector<IpAddress>& peers = {});
  /// Adds what was seen since to an observation.
  void take(Observation& observation);

 private:
  /// Untold is what began before, goes to others, or is the machine's own broadcast that came back to it.
  enum class Way : std::uint8_t { untold, in, out };
  struct Traced {
    std::uint32_t id = 0;
    Way way = Way::untold;
  };

  Traced& traced(std::uint32_t id, const TraceStep& step, Bytes header, const Observation& observation);
  bool is_to_peer(Bytes header) const;
  void take_log(const nlmsghdr& message, Observation& observation) const;
  void take_trace(const nlmsghdr& message, Observation& observation);

  NfnetlinkSocket log_, trace_;
  std::vector<IpAddress> peers_;
  std::vector<Traced> traced_;  // in the order of their first step
};

/// The rules of the kernel in their order, without ours.
struct KernelRule {
  std::string family, table, chain;
  std::uint64_t handle = 0;
  /// How many packets it treats alike, where those before matter to it: a limit of a rate its burst, a quota or a set
  /// that packets fill none.
  std::optional<std::uint32_t> alike = {};
};
std::vector<KernelRule> kernel_rules(NfnetlinkSocket& socket);

/// What hook of the kernel a chain stands at: "input", "prerouting"; chains that are jumped to have none.
struct KernelChain {
  std::string family, table, chain, hook, type;
  std::int32_t priority = 0;
};
std::vector<KernelChain> kernel_chains(NfnetlinkSocket& socket);

/// Forgets all connections of this network. False where the kernel tracks none.
bool flush_connections(NfnetlinkSocket& socket);

}  // namespace tunstack::firewall
