// What misdeeds do to packets: the datagrams that a node sends, and those that it is given. Pure; asked by the network
// at the ports of nodes that misbehave, and only there.
#pragma once

#include <optional>
#include <vector>

#include "protocols/base/address_kind.hpp"
#include "protocols/base/time.hpp"
#include "tunstack/network/misbehaviour.hpp"

namespace tunstack::misdeeds {

using Octets = std::vector<std::uint8_t>;

struct Done {
  std::vector<Reason> told;  // misdeeds that were done
  Octets packet;             // what goes on instead
  unsigned copies = 1;       // how often; 0: it does not
};

/// How many errors a node sent within a second, which begins with the first of them: what `rate_limit_lies` counts. No
/// token bucket, as it should be: a second's share is gone at once, and nothing comes back until the next one.
class ErrorsOfSecond {
 public:
  /// Whether one more may leave, of so many.
  bool take(std::uint32_t most, Instant now);

 private:
  std::optional<Instant> began_;
  std::uint32_t sent_ = 0;
};

/// A datagram that leaves the node: one of its own, or one that it forwards.
struct Departure {
  bool is_own = false;
  Instant now{};
};
Done on_sending(const Misbehaviour& misbehaviour, Bytes datagram, const Departure& departure, ErrorsOfSecond& errors);

/// Of a datagram that arrives: whether it is for the node, for everybody on the link, or for others; and the node's
/// address there, from which it would answer.
struct Arrival {
  bool is_for_node = false;
  bool is_for_everybody = false;
  IpAddress own;
};
struct DoneOnArrival : Done {
  std::vector<Octets> sent;    // datagrams that the node sends because of it
  bool is_for_it_now = false;  // what was for everybody: a frame is, too
};
DoneOnArrival on_arrival(const Misbehaviour& misbehaviour, Bytes datagram, const Arrival& arrival);

}  // namespace tunstack::misdeeds
