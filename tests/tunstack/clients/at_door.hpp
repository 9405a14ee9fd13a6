// A client at a door of a network in memory, in virtual time: what it sends comes in there, and it hears what leaves.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <map>

#include "tests/support/network_driver.hpp"
#include "tests/support/packets.hpp"
#include "tunstack/clients/client.hpp"
#include "tunstack/network/chain.hpp"

namespace tunstack::test {

using clients::Client;
using clients::ClientPlace;
using clients::ClientResult;

/// Routers and a server as `--chain` makes them; who is at the door has 192.0.2.1 and 2001:db8::1.
NetworkPlan chain_at_door(std::size_t routers, std::optional<std::size_t> mtu = {},
                          std::initializer_list<std::string_view> settings = {});
/// The server behind three routers.
inline const std::string server4 = "203.0.113.3", server6 = "2001:db8:2::3";

/// "ping -c 3 server" at its blanks.
std::vector<std::string> split(const std::string& words);

/// Names that a place knows.
using Names = std::map<std::string, std::vector<std::string>>;

class AtDoor {
 public:
  explicit AtDoor(const NetworkPlan& plan) : network_(plan) {}

  /// A client from its start to its end; a test failure if it does not come within an hour of virtual time.
  ClientResult run(const std::string& words);
  /// What it printed, and what it sent with the time of each since the start.
  std::string text;
  std::vector<Packet> sent;
  std::vector<Duration> sent_at;
  std::vector<std::string> lines() const;

  // ---- what may be made of the way ----

  /// Changes, drops (false) or answers packets of the client before they come in: what is in `to_client` arrives there.
  std::function<bool(Packet& packet, std::vector<Packet>& to_client)> on_way_out;
  /// Changes or drops (false) what is on its way to the client.
  std::function<bool(Packet& packet)> on_way_back;
  /// Packets of the client take so long, and so do those to it.
  Duration delay{};

  Names names;
  ClientPlace place();
  NetworkDriver& network() { return network_; }

 private:
  struct OnWay {
    Instant due;
    Packet packet;
    bool to_client;
  };
  void set_out(clients::ToSend& packets);
  void pass(Client& client);
  void put(Packet packet, bool to_client);
  Instant next_event(const Client& client) const;

  NetworkDriver network_;
  Instant start_{};
  std::vector<OnWay> on_way_;
};

}  // namespace tunstack::test
