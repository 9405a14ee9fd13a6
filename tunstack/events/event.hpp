// What a node tells, one event for each packet decided upon, packet sent and thing counted, all of one shape: what
// programs read, filters match and labs expect. EventTeller makes them of what an Observer hears; sinks (lines of JSON,
// watchers) take them.
#pragma once

#include <string_view>
#include <vector>

#include "tunstack/node/observer.hpp"

namespace tunstack {

/// `decided`: on a packet that arrived, or was put together. `sent`: a packet, as an answer or of the node's own
/// accord. `noted`: something that was counted beside packets.
enum class EventKind : std::uint8_t { decided, sent, noted };

/// What a reply or an error would have been, had nothing withheld it.
struct Withheld {
  std::string_view verdict;
  Reason reason;
};

/// Bytes and addresses are valid during the call that takes the event only.
struct Event {
  EventKind kind;
  Instant time;
  PacketIds ids;  // number 0: no packet
  InterfaceId interface;
  NodeId node;
  std::string_view verdict;  // drop, reply, error, hold, take; send; own, note
  Reason reason;
  Bytes packet = {};                      // the IP datagram, or the ARP message
  Bytes frame = {};                       // that it arrived in, where the link has addresses
  const OutgoingPacket* sent = nullptr;   // of `sent`
  std::optional<IpAddress> address = {};  // that a note is about
  std::optional<Withheld> withheld = {};
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void take(const Event& event) = 0;
};

/// Tells several sinks, in their order, of each event. Those must outlive it, or be removed.
class EventTeller final : public Observer {
 public:
  void add(EventSink& sink) { sinks_.push_back(&sink); }
  void remove(EventSink& sink) { std::erase(sinks_, &sink); }
  bool empty() const { return sinks_.empty(); }

  void decided(const Decision& decision) override;
  void originated(const Origination& origination) override;
  void noted(const Note& note) override;

 private:
  void tell(const Event& event) {
    for (EventSink* const sink : sinks_) sink->take(event);
  }
  void tell_sent(Instant time, const OutgoingPacket& packet, Reason reason, NodeId node);

  std::vector<EventSink*> sinks_;
};

}  // namespace tunstack
