// Gives a capture to a network, packet by packet: what it marks as sent is compared, not fed.
#pragma once

#include <functional>
#include <string>

#include "tunstack/capture/comparison.hpp"
#include "tunstack/capture/host_guess.hpp"
#include "tunstack/capture/reader.hpp"
#include "tunstack/network/network.hpp"
#include "tunstack/run/replay.hpp"

namespace tunstack {

class ReplayFeed {
 public:
  /// `start`: the time of day of the Instant zero. All must outlive the feed; `comparison` may be null.
  ReplayFeed(CaptureReader& reader, Network& network, Replay<Network>& replay, CaptureTime start,
             Comparison* comparison)
      : reader_(reader),
        network_(network),
        replay_(replay),
        start_(start),
        comparison_(comparison),
        guess_(reader.link_type()) {}

  /// All of the capture, beginning with `first`, as long as `is_wanted`.
  void feed(const std::optional<CapturedFrame>& first, const std::function<bool()>& is_wanted);
  /// Lines about what was not taken as it is.
  std::string left_out_text() const;
  std::size_t count() const { return fed_; }
  /// The host that the packets are about.
  GuessedHost guess() const { return guess_.host(); }

 private:
  void take(const CapturedFrame& frame);
  void take_sent(const CapturedFrame& frame);
  void take_marks();
  void set(const std::vector<std::string>& settings, Instant now, Outbox& out);
  NodeId node_named(const std::string& name) const;
  void send(const CaptureMark& mark, Instant now, Outbox& out);
  Instant instant_of(CaptureTime time) const { return Instant(time - start_); }
  /// A host with one link has all packets there, whoever captured them where.
  InterfaceId interface_of(std::size_t in_capture) const;
  std::optional<Received> received_from(const CapturedFrame& frame) const;

  CaptureReader& reader_;
  Network& network_;  // that is replayed
  Replay<Network>& replay_;
  CaptureTime start_;
  Comparison* comparison_;
  HostGuess guess_;
  std::size_t fed_ = 0;
  std::size_t sent_ = 0;  // by whoever captured
  std::size_t not_ip_ = 0;
  std::size_t cut_short_ = 0;
  std::size_t other_times_ = 0;
};

/// "1 packet", "2 packets".
std::string count_of(std::size_t count, std::string_view what);

}  // namespace tunstack
