// What a capture holds of a stack beside what the stack sends now, when it is given the same packets again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tunstack/node/observer.hpp"

namespace tunstack {

/// Where both are not the same for the first time. Packets are written as explanations have them.
struct Difference {
  std::size_t number = 0;             // of the packet in the capture: that is answered, or that was sent; or 0
  std::vector<std::string> expected;  // what the capture has
  std::vector<std::string> sent;      // what is sent now
};

/// Fed in the order of the capture: arrives() before a packet is given to the node, expects() for each one that the
/// capture has as sent. Answers are compared packet by packet; what a node sends of its own accord may have another
/// place, where the process was stopped for longer than a node makes up for.
class Comparison final : public Observer {
 public:
  enum class Kind : std::uint8_t { answer, own_accord };
  /// Packets are the same if their octets are, and where they leave.
  struct Packet {
    InterfaceId interface{};
    std::vector<std::uint8_t> octets;
    friend auto operator<=>(const Packet&, const Packet&) = default;
  };

  explicit Comparison(bool has_frames) : has_frames_(has_frames) {}

  void arrives(std::size_t number);
  void expects(std::size_t number, Bytes octets, Kind kind, InterfaceId interface = {});
  /// Behind the last packet of the capture: what is sent later does not count.
  void finish();

  void decided(const Decision& decision) override;
  void originated(const Origination& origination) override;

  struct Count {
    std::size_t all = 0;
    std::size_t same = 0;
  };
  /// Packets that arrived.
  Count decisions() const { return decisions_; }
  /// Packets of its own accord, of either side.
  Count own_accord() const { return own_accord_; }
  const std::optional<Difference>& first_difference() const { return first_; }

 private:
  void compare_answers();
  Difference answers_difference() const;
  void compare_own_accord();
  std::vector<std::string> lines_of(const std::vector<Packet>& packets) const;

  bool has_frames_;
  bool is_finished_ = false;
  std::size_t number_ = 0;  // of the packet whose answers these are
  std::vector<Packet> expected_, sent_;
  std::map<Packet, std::vector<std::size_t>> own_expected_;  // the numbers of each, backwards
  std::map<Packet, std::size_t> own_sent_;
  Count decisions_, own_accord_;
  std::optional<Difference> first_;
};

/// One line, or with a difference some: "tunstack: 14 decisions, 14 the same".
std::string comparison_text(const Comparison& comparison);

}  // namespace tunstack
