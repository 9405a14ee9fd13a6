// A host on an Ethernet: frames go in, and frames come out.
#pragma once

#include "tests/support/frames.hpp"

namespace tunstack::test {

struct TimedFrame {
  Duration at;  // since the wait began
  Packet frame;
  friend bool operator==(const TimedFrame&, const TimedFrame&) = default;
};
inline void PrintTo(const TimedFrame& sent, std::ostream* out) {
  *out << std::chrono::duration<double>(sent.at).count() << " s: " << testing::PrintToString(sent.frame);
}

/// Frames of a wait, without their times.
inline Packets frames_of(const std::vector<TimedFrame>& sent) {
  Packets frames;
  for (const TimedFrame& one : sent) frames.push_back(one.frame);
  return frames;
}

/// Every frame sent is checked for what all must fulfil.
class Wire : public Driver {
 public:
  explicit Wire(const NodeConfig& config) : Driver(config) {}
  explicit Wire(std::initializer_list<std::string_view> settings = {}) : Wire(ethernet_config(settings)) {}

  Packets send(const Packet& frame) { return send(Packets{frame}); }
  Packets send(const Packets& frames) { return frames_of(timed(receive(frames))); }
  /// Time passes, and whatever is due is done right when it is due.
  std::vector<TimedFrame> wait(Duration duration) { return timed(run_for(duration)); }

  /// The host asks for a neighbor, and gets an answer: reachable.
  void confirm(std::string_view neighbor, const Packet& mac) {
    const bool is_ipv6 = neighbor.find(':') != std::string_view::npos;
    send(is_ipv6 ? framed(echo6({.source = neighbor})) : framed(echo4({.source = neighbor})));
    send(is_ipv6 ? framed(answers(neighbor, mac), mac) : arp_reply(neighbor, mac));
    EXPECT_EQ(state(neighbor), discovery::NeighborState::reachable);
  }
  /// The host knows where a neighbor is, but not for sure: stale.
  void introduce(std::string_view neighbor, const Packet& mac) {
    confirm(neighbor, hex("02 00 00 00 00 ee"));
    if (neighbor.find(':') == std::string_view::npos)
      send(arp_request({.sender_mac = mac, .sender = neighbor}));
    else
      send(framed(advertisement(
          {.source = neighbor, .target = neighbor, .flags = override_flag, .options = target_option(mac)})));
    EXPECT_EQ(state(neighbor), discovery::NeighborState::stale);
  }
  /// "02:00:00:00:00:01", or nothing.
  std::string mac_of(std::string_view address) const {
    const auto* const found = neighbor(address);
    return found == nullptr ? std::string() : to_text(found->mac);
  }

 private:
  static std::vector<TimedFrame> timed(const std::vector<SentPacket>& sent) {
    std::vector<TimedFrame> frames;
    for (const SentPacket& one : sent)
      frames.push_back(
          {one.at, frame(one.to, own_mac, one.is_arp ? 0x0806 : type_of_datagram(one.octets), one.octets)});
    return frames;
  }
};

/// All ICMP messages that left.
inline std::uint64_t sum_out(const IcmpCounters& counters) {
  std::uint64_t sum = 0;
  for (unsigned type = 0; type < 256; ++type)
    for (unsigned code = 0; code < IcmpCounters::codes; ++code)
      sum += counters.out(static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code));
  return sum;
}

}  // namespace tunstack::test
