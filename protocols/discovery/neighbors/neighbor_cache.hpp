// Where the neighbors on links with addresses are: one cache for ARP and Neighbor Discovery (RFC 4861 5.1, 7.2, 7.3).
// A node asks it for each packet that it sends, passes on what neighbors say, and sends the solicitations that are due.
#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <utility>

#include "protocols/base/deadlines.hpp"
#include "protocols/base/interface_id.hpp"
#include "protocols/base/mac_address.hpp"
#include "protocols/base/random.hpp"
#include "protocols/base/siphash.hpp"
#include "protocols/base/time.hpp"
#include "protocols/discovery/neighbors/neighbor_states.hpp"
#include "protocols/discovery/neighbors/waiting_packets.hpp"
#include "protocols/discovery/standing.hpp"

namespace tunstack::discovery {

struct NeighborKey {
  InterfaceId interface{};
  IpAddress address;
  friend bool operator==(const NeighborKey&, const NeighborKey&) = default;
};

struct Neighbor {
  NeighborKey key;
  NeighborState state = NeighborState::none;
  MacAddress mac = {};  // not while it is incomplete or failed
  bool is_router = false;
  bool has_answered = false;          // when it was solicited, or an upper layer made progress
  std::uint32_t solicitations = 0;    // without an answer
  Instant deadline = Instant::max();  // of what the state waits for; since when it has failed
  IpAddress used_from = {};           // source of the last packet that went there, if one did
  WaitingQueue waiting = {};
};

/// RFC 4861 10; times in milliseconds.
struct NeighborTimes {
  std::uint32_t retransmit = 1000;
  std::uint32_t reachable = 30'000;
  std::uint32_t delay_first_probe = 5000;
  std::uint32_t solicitations = 3;  // to find an address, and again to see whether it still holds
};

struct NeighborLimits {
  std::size_t neighbors = 1024;
  std::size_t waiting = 256;          // packets for all of them together
  std::size_t largest_packet = 1500;  // octets
};

/// What an advertisement of a neighbor, or an ARP packet of it, says.
struct NeighborNews {
  NeighborKey key;
  std::optional<MacAddress> mac;
  bool solicited = false;
  bool overrides = true;
  std::optional<bool> is_router = {};
};

/// Why the link-layer address of a neighbor is not at hand.
enum class Unresolved : std::uint8_t { asked_for, not_to_be_asked_for };

class NeighborCache {
 public:
  NeighborCache(const NeighborLimits& limits, Random& random);

  const Neighbor* find(const NeighborKey& key) const;
  /// Whether traffic to it may be believed to arrive; nothing is known of those that are not there.
  NeighborState state_of(const NeighborKey& key, Instant now) const;
  Standing standing_of(const NeighborKey& key) const;

  /// For a packet to a neighbor, with the source `from`: its link-layer address, unless that has to be resolved first.
  /// Nothing changes if `may_ask` is false and nobody has asked for it yet.
  std::expected<MacAddress, Unresolved> use(const NeighborKey& key, const IpAddress& from, const NeighborTimes& times,
                                            Instant now, bool may_ask = true);
  /// Keeps a datagram for the neighbor that use() has just asked for, all of its fragments or none. False if it, or
  /// another one, was lost.
  bool keep(const NeighborKey& key, WaitingPackets::Datagram datagram, WaitingFor whose = WaitingFor::node);

  /// A solicitation or another message named the link-layer address of its sender: makes an entry if there is none.
  void on_source_link_layer_address(const NeighborKey& key, const MacAddress& mac, const NeighborTimes& times,
                                    Instant now);
  /// An advertisement: of no interest if there is no entry (RFC 4861 7.2.5). False then.
  bool on_advertisement(const NeighborNews& news, const NeighborTimes& times, Instant now);
  /// An upper layer made progress by way of it.
  void confirm(const NeighborKey& key, const NeighborTimes& times, Instant now);
  void set_router(const NeighborKey& key, bool is_router);
  void forget(const NeighborKey& key);

  struct Solicitation {
    NeighborKey target;
    std::optional<MacAddress> to;  // or to its group
    IpAddress from;                // source of the packet that prompted it (RFC 4861 7.2.2)
  };
  /// Moves on one neighbor whose time is over, and gives the solicitation that this asks for.
  struct Step {
    NeighborKey key;
    std::optional<Solicitation> solicitation = {};
    bool failed = false;
  };
  template <class TimesOf>
  std::optional<Step> step(Instant now, const TimesOf& times_of);
  Instant next_deadline() const { return deadlines_.next(); }

  /// What waits for a neighbor that is known by now, or that is given up. Its bytes are valid until remove_waiting().
  std::optional<WaitingPacket> first_waiting(const NeighborKey& key) const;
  void remove_waiting(const NeighborKey& key);
  /// The neighbor whose address became known last, if it did since the last call: what waits for it can be sent.
  std::optional<NeighborKey> take_released() { return std::exchange(released_, std::nullopt); }

  std::size_t size() const { return entries_.size(); }
  std::uint64_t evicted() const { return evicted_; }
  /// How many packets were lost with neighbors that made room for others, since the last call.
  std::size_t take_lost() { return std::exchange(lost_, 0); }
  template <class Each>
  void for_each(const Each& each) const {
    for (const Entry& entry : entries_.made())
      if (entry.neighbor.state != NeighborState::none) each(entry.neighbor);
  }

 private:
  struct Entry {
    Neighbor neighbor;
    AgeLinks of_class;
    AgeLinks of_waiting;         // if something waits for it
    EntryIndex next = no_entry;  // of those that share a bucket
  };
  // The first victims come first.
  static constexpr std::size_t classes = 3;
  static std::size_t class_of(const Neighbor& neighbor);

  EntryIndex find_index(const NeighborKey& key) const;
  EntryIndex find_or_make(const NeighborKey& key);
  EntryIndex make(const NeighborKey& key);
  void remove(EntryIndex index);
  void make_room();
  bool make_room_for(WaitingQueue& queue, WaitingPackets::Datagram datagram);
  void drop_oldest_waiting_of(EntryIndex index);
  EntryIndex& bucket_of(const NeighborKey& key);
  std::size_t hash_of(const NeighborKey& key) const;
  /// Makes the entry the newest of its class.
  void touch(EntryIndex index, NeighborState state, bool is_proof);
  /// What the event asks for; it makes the entry the newest of its class.
  std::uint8_t apply(EntryIndex index, NeighborEvent event, const std::optional<MacAddress>& mac,
                     const NeighborTimes& times, Instant now);
  void set_deadline(EntryIndex index, Instant deadline);
  void age(EntryIndex index, const NeighborTimes& times, Instant now);
  Step step_one(EntryIndex index, const NeighborTimes& times, Instant now);

  NeighborLimits limits_;
  SipHashKey key_;
  EntryPool<Entry> entries_;
  std::vector<EntryIndex> buckets_;  // none before the first neighbor
  std::array<AgeList, classes> by_class_;
  WaitingPackets waiting_;
  AgeList by_waiting_;  // those that something waits for, by when the last of it came
  Deadlines deadlines_;
  std::uint64_t evicted_ = 0;
  std::size_t lost_ = 0;
  std::optional<NeighborKey> released_;
};

template <class TimesOf>
std::optional<NeighborCache::Step> NeighborCache::step(Instant now, const TimesOf& times_of) {
  if (deadlines_.next() > now) return std::nullopt;
  const EntryIndex due = deadlines_.first();
  return step_one(due, times_of(entries_[due].neighbor.key), now);
}

}  // namespace tunstack::discovery
