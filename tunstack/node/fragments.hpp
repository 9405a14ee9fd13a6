// Where fragments wait for each other, in both families. Fed by a node with each fragment that its rules accept; what
// is complete, and what never will be, goes back to the node.
#pragma once

#include "protocols/ip/ipv4_fragments.hpp"
#include "protocols/ip/ipv6_fragments.hpp"
#include "tunstack/node/output.hpp"

namespace tunstack {

class Fragments {
 public:
  Fragments(const NodeOptions& options, Random& random)
      : reassembler4_(options.reassembly4, random), reassembler6_(options.reassembly6, random) {}

  /// The datagram that the fragment completes, nothing while others are missing, or why it was refused.
  template <class View>
  std::expected<std::optional<ip::Reassembled>, ip::FragmentRefusal> add(const Arrival<View>& fragment, Turn& turn) {
    const auto added = of<View>().add(ip::fragment_of(fragment), policy<View>(turn), turn.now);
    note_evicted(fragment.interface, turn);
    return added;
  }
  /// Later fragments of a packet whose first one was refused are refused too (RFC 7112 5).
  template <class View>
  void refuse_later(const Arrival<View>& first_fragment, Turn& turn) {
    of<View>().refuse_later_fragments(ip::fragment_of(first_fragment), policy<View>(turn), turn.now);
    turn.changes_deadlines = true;
    note_evicted(first_fragment.interface, turn);
  }
  /// What waited too long, one by one: its first fragment, or empty bytes if that never came.
  template <class View>
  std::optional<ip::Reassembled> take_expired(Instant now) {
    return of<View>().expire(now);
  }
  Instant next_deadline() const { return std::min(reassembler4_.next_deadline(), reassembler6_.next_deadline()); }
  const ip::Reassembler& reassembler(Family family) const {
    return family == Family::ipv4 ? reassembler4_ : reassembler6_;
  }

 private:
  template <class View>
  ip::Reassembler& of() {
    return std::is_same_v<View, Ipv4View> ? reassembler4_ : reassembler6_;
  }
  template <class View>
  static const ip::ReassemblyPolicy& policy(const Turn& turn) {
    return std::is_same_v<View, Ipv4View> ? turn.state.options.fragments4 : turn.state.options.fragments6;
  }
  void note_evicted(InterfaceId interface, Turn& turn) {
    for (const std::uint64_t evicted = reassembler4_.evicted() + reassembler6_.evicted(); noted_ < evicted; ++noted_)
      turn.output.note(Reason::fragment_datagram_evicted, interface, turn);
  }

  ip::Reassembler reassembler4_;
  ip::Reassembler reassembler6_;
  std::uint64_t noted_ = 0;  // evicted datagrams
};

}  // namespace tunstack
