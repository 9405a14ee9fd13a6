// What became of each packet, on one line from its arrival to its end, over all nodes that it came to and back:
// "ICMP echo request, id 6, seq 1: 192.0.2.1 -> r1 (ttl 63) -> server: reply, back after 21.3 ms". Hears all nodes and
// the traffic between them; lines go to an outlet.
#pragma once

#include <list>
#include <string>
#include <unordered_map>

#include "tunstack/network/network.hpp"
#include "tunstack/outlet/outlet.hpp"

namespace tunstack {

class StoryTeller final : public Observer, public TrafficWatcher {
 public:
  /// Both must outlive it.
  StoryTeller(Outlet& out, const Network& network) : out_(out), network_(network), names_(network.place_names()) {}

  void decided(const Decision& decision) override;
  void originated(const Origination& origination) override;
  void noted(const Note& note) override;
  void enters(InterfaceId door, Bytes packet, PacketNumber number, Instant now) override;
  void leaves(InterfaceId door, PacketNumber number, Instant now) override;

  /// Stories without an end that are kept; of more, the oldest is told as far as it goes.
  static constexpr std::size_t most = 1024;

 private:
  struct Story {
    Instant begin;
    std::string line;
    std::vector<PacketNumber> packets = {};  // all of them, also those that are not under way any more
    std::size_t under_way = 0;
    bool is_answered = false;  // what follows is the way back
    bool has_left = false;     // some of it, by a door
    bool is_cut = false;       // the line has reached its end
  };
  using Place = std::list<Story>::iterator;

  /// A line of many steps ends in the middle of them.
  static constexpr std::size_t longest = 8192;

  Place begin(Instant now, std::string line);
  static void add(Story& story, const std::string& text);
  void track(Place story, PacketNumber packet);
  /// That the packet belongs to, which has arrived and is looked at.
  Place take(const Decision& decision);
  void add_step(Story& story, const Decision& decision);
  void send(Place story, NodeId node, std::span<const OutgoingPacket> sent, Instant now);
  void tell_left(Story& story, std::string_view by, Instant now);
  void end_if_over(Place story);
  void tell(Place story);

  Outlet& out_;
  const Network& network_;
  PlaceNames names_;
  std::list<Story> stories_;
  std::unordered_map<PacketNumber, Place> under_way_;
};

}  // namespace tunstack
