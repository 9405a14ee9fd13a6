// A live conversation that errors may be about: of the machine under test, from sockets of ours, or of a client behind
// a router. What its first packet looked like on the wire is what errors quote.
#pragma once

#include <optional>

#include "tunstack/firewall/bench/ground.hpp"
#include "tunstack/firewall/observation.hpp"

namespace tunstack::firewall {

class Conversation {
 public:
  /// Opens it, and puts the packet that went out, its source and its ports into `names`. What stands in the way is in
  /// failure().
  Conversation(Ground& ground, const Case& a_case, Names& names);

  /// Why it could not be opened; empty: it is open.
  const std::string& failure() const { return failure_; }
  /// What came of it for the machine's socket since it was opened; a host's alone.
  std::vector<EffectSeen> effects() const;

 private:
  void open_udp(Ground& ground, Names& names);
  void open_tcp(Ground& ground, Names& names);
  void open_echo(Ground& ground, Names& names);
  void open_through_router(Ground& ground, Flow flow, Names& names);
  bool connect_socket(int type, int protocol, const Names& names);
  /// The first packet that came out on the outside; nothing came: a failure.
  bool take_flow(Ground& ground, Names& names);
  int path_mtu() const;

  Family family_;
  FileDescriptor socket_;
  bool is_host_ = true;
  int mtu_before_ = 0;
  std::string failure_;
};

/// The path MTU that the machine knows to somebody.
int path_mtu_to(const IpAddress& address);
/// The first hop of the machine's route to somebody: a gateway, or nothing.
std::optional<IpAddress> gateway_to(const std::string& device, const IpAddress& address);

}  // namespace tunstack::firewall
