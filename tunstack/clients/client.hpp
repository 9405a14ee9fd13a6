// Programs that ask the network something, as ping and traceroute do, without sockets and without a clock of their own:
// who runs one gives it the time and what arrives for its address, and sends what it hands out. Behind a lab, a running
// stack or a device it is the same.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/base/address.hpp"
#include "protocols/base/time.hpp"

namespace tunstack::clients {

/// What came of the probes of one hop of a traceroute.
struct HopResult {
  unsigned sent = 0, received = 0;
  std::vector<IpAddress> from = {};      // who answered, each once
  double least = 0, mean = 0, most = 0;  // as below
};

/// What came of it, for expectations and exit statuses.
struct ClientResult {
  unsigned sent = 0, received = 0, duplicates = 0, errors = 0;
  bool is_reached = false;               // the target answered
  double least = 0, mean = 0, most = 0;  // round trip, milliseconds; of those that were received
  unsigned hops = 0;                     // of traceroute: to the target; 0: it was not reached
  unsigned path_mtu = 0;                 // where it was looked for; 0: not
  int exit_status = 1;                   // 0: there were answers as they were to be
  std::vector<HopResult> each_hop = {};  // of traceroute: from hop 1 to the last one of interest
};

/// IP datagrams that are to be sent from where the client is.
using ToSend = std::vector<std::vector<std::uint8_t>>;

/// From whom a client asks whom.
struct Conversation {
  IpAddress source, target;
};

class Client {
 public:
  virtual ~Client() = default;

  virtual Conversation conversation() const = 0;

  /// When tick() is due; Instant::max() if nothing is.
  virtual Instant next_deadline() const = 0;
  virtual void tick(Instant now, ToSend& out) = 0;
  /// Any datagram that arrives at the client's address; what is not for it is ignored.
  virtual void receive(Bytes datagram, Instant now, ToSend& out) = 0;
  /// As Ctrl-C: it says what there is to say, and is finished.
  virtual void interrupt(Instant now) = 0;
  virtual bool is_finished() const = 0;
  /// What it has printed since, lines with their ends, as the program of that name prints them.
  virtual std::string take_text() = 0;
  virtual ClientResult result() const = 0;
};

/// Where a client is, and whom it can name.
struct ClientPlace {
  IpAddress ipv4, ipv6;  // its own addresses; unspecified where it has none of a family
  /// Which of them is the source of what goes to a target, where that is not always the same.
  IpAddress (*source_to)(const void* of, const IpAddress& target) = nullptr;
  /// Whether what goes to a target may have this source, where not any one is taken.
  bool (*takes_source)(const void* of, const IpAddress& source, const IpAddress& target) = nullptr;
  /// The source of what goes to a target by a link of this name, unspecified where there is none; nothing if there is
  /// no such link. Where it is null, names of links are printed and not looked at.
  std::optional<IpAddress> (*source_on)(const void* of, const std::string& link, const IpAddress& target) = nullptr;
  std::uint64_t seed = 0;
  Instant start{};
  std::size_t mtu = 1500;  // octets, of the link there: datagrams are cut so that they fit it, where that is allowed
  /// What the host knows of the MTU on the way to a target; where it is null, that of the link.
  std::size_t (*mtu_to)(const void* of, const IpAddress& target) = nullptr;
  /// The addresses of a name, IPv4 first; empty: there is none.
  std::vector<IpAddress> (*resolve)(const void* of, const std::string& name) = nullptr;
  /// The name of an address, or nothing.
  std::string (*name_of)(const void* of, const IpAddress& address) = nullptr;
  const void* of = nullptr;
};

/// "ping server -c 3", "traceroute -n 198.51.100.2": words as a shell has split them. Throws UsageFault.
std::unique_ptr<Client> make_client(const std::vector<std::string>& words, const ClientPlace& place);
/// What --help says of "ping" or "traceroute"; empty of other names.
std::string client_help(const std::string& name);

}  // namespace tunstack::clients
