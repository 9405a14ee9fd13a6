// Told of all that a node decides, sends and counts. A node without an observer does nothing for it. Every event has
// the number of its packet and of the packet that caused it, so that events can be joined to stories.
#pragma once

#include <optional>
#include <vector>

#include "protocols/base/outbox.hpp"
#include "protocols/base/time.hpp"
#include "protocols/icmp/error_report.hpp"
#include "protocols/verdict.hpp"

namespace tunstack {

/// One packet, what was decided, and what came of it. The bytes are valid during the call only. Where fragments were
/// put together the whole datagram is decided upon once more; where some never came, the first fragment is, or no
/// bytes at all if that was missing.
struct Decision {
  Instant time;
  Bytes packet;
  bool arrived;  // just now, as it is; otherwise it was held before
  Verdict verdict;
  MaybeReason withheld;                  // why what the verdict asked for was not done
  std::span<const OutgoingPacket> sent;  // several if the answer was cut into fragments
  Bytes frame = {};                      // that the packet arrived in, where the link has addresses
  PacketIds ids = {};                    // what is put together from fragments is caused by the last of them
  InterfaceId interface{};
  NodeId node{};
};

/// What a node sent of its own accord, and why. Each packet names its own cause.
struct Origination {
  Instant time;
  Reason reason;
  std::span<const OutgoingPacket> sent;  // several if the datagram was cut into fragments
  NodeId node{};
};

/// What a node counts beside its decisions: what became of an address, of a packet that could not be sent, of an entry
/// of a table.
struct Note {
  Instant time;
  Reason reason;
  InterfaceId interface{};
  std::optional<IpAddress> address = {};  // that it is about
  PacketNumber cause = 0;                 // the packet that brought it about, if one did
  bool ends_packet = false;               // nobody will see that packet any more
  NodeId node{};
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void decided(const Decision& decision) = 0;
  virtual void originated(const Origination&) {}
  virtual void noted(const Note&) {}
  /// An ICMP error about a packet of this node arrived; for whoever sent that packet.
  virtual void error_reported(const icmp::ErrorReport&) {}
};

/// Tells several observers, in their order. They must outlive it, or be removed.
class Observers final : public Observer {
 public:
  /// Once, however often it is said.
  void add(Observer& observer) {
    remove(observer);
    all_.push_back(&observer);
  }
  void remove(Observer& observer) { std::erase(all_, &observer); }
  void decided(const Decision& decision) override {
    for (Observer* const observer : all_) observer->decided(decision);
  }
  void originated(const Origination& origination) override {
    for (Observer* const observer : all_) observer->originated(origination);
  }
  void noted(const Note& note) override {
    for (Observer* const observer : all_) observer->noted(note);
  }
  void error_reported(const icmp::ErrorReport& report) override {
    for (Observer* const observer : all_) observer->error_reported(report);
  }
  bool empty() const { return all_.empty(); }

 private:
  std::vector<Observer*> all_;
};

}  // namespace tunstack
