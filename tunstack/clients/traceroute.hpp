// traceroute: probes whose hop limits end at one router after the other. Which are on their way at once, how long each
// is waited for and where it ends is as in traceroute 2.1.2.
#pragma once

#include "tunstack/clients/trace_output.hpp"
#include "tunstack/clients/trace_probes.hpp"

namespace tunstack::clients {

class Traceroute final : public Client {
 public:
  Traceroute(TraceArguments arguments, const ClientPlace& place);
  Traceroute(const Traceroute&) = delete;
  Traceroute& operator=(const Traceroute&) = delete;

  Instant next_deadline() const override { return is_finished_ ? Instant::max() : due_; }
  void tick(Instant now, ToSend& out) override { go_on(now, out); }
  void receive(Bytes datagram, Instant now, ToSend& out) override;
  Conversation conversation() const override { return {trace_.source, trace_.target}; }
  void interrupt(Instant) override {
    if (!is_finished_) end();
  }
  bool is_finished() const override { return is_finished_; }
  std::string take_text() override { return output_->take_text(); }
  ClientResult result() const override;

 private:
  /// Tells what is done, in its order, and sends what may be on its way.
  void go_on(Instant now, ToSend& out);
  void tell_done(Instant now);
  void give_up(std::size_t number);
  void send_more(Instant now, ToSend& out);
  void send(std::size_t number, Instant now, ToSend& out);
  /// How long probe `number` is waited for.
  Duration patience(std::size_t number) const;
  std::optional<Duration> longest_of(std::size_t first, std::size_t end, double factor) const;

  void on_error(std::size_t number, const ReportedError& error, Instant now, ToSend& out);
  void answered(std::size_t number, const IpAddress& from, unsigned hop_limit, Instant now);
  bool is_open(std::size_t number) const {
    return number < probes_.size() && probes_[number].is_sent && !probes_[number].is_done;
  }
  void end_at(std::size_t number);
  std::size_t first_open() const;
  unsigned hop_of(std::size_t number) const { return static_cast<unsigned>(number / trace_.probes) + 1; }
  void end();
  TraceSummary summary() const;
  HopResult hop_result(unsigned hop) const;

  const TraceArguments trace_;
  const ClientPlace place_;
  TraceProbes maker_;
  std::unique_ptr<TraceOutput> output_;
  Arrivals arrivals_;
  std::vector<TraceProbe> probes_;  // all there can be, hop by hop
  std::size_t next_told_, end_;     // of those that are of interest
  std::size_t size_;                // octets of a probe
  unsigned sent_ = 0, received_ = 0, errors_ = 0;
  Instant last_sent_{}, due_;
  bool is_finished_ = false;
};

}  // namespace tunstack::clients
