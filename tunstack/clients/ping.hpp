// ping: sends requests, one after the other, and tells what becomes of each (RFC 1122 3.2.2.6). When it sends, waits
// and ends is as in iputils.
#pragma once

#include <bitset>

#include "tunstack/clients/ping_messages.hpp"

namespace tunstack::clients {

class Ping final : public Client {
 public:
  Ping(PingArguments arguments, const ClientPlace& place);
  Ping(const Ping&) = delete;
  Ping& operator=(const Ping&) = delete;

  Instant next_deadline() const override;
  void tick(Instant now, ToSend& out) override;
  void receive(Bytes datagram, Instant now, ToSend& out) override;
  Conversation conversation() const override { return {ping_.source, ping_.target}; }
  void interrupt(Instant now) override;
  bool is_finished() const override { return is_finished_; }
  std::string take_text() override { return output_->take_text(); }
  ClientResult result() const override;

 private:
  // ---- sending ----
  bool is_all_sent() const { return ping_.count != 0 && counts_.sent >= ping_.count && ping_.deadline == 0; }
  Duration pause() const;
  void send_due(Instant now, ToSend& out);
  void send(Instant now, ToSend& out);
  unsigned in_flight() const { return static_cast<std::uint16_t>(counts_.sent - acknowledged_); }

  // ---- receiving ----
  void on_reply(const Arrived& arrived, Instant now);
  void on_error(const ReportedError& error, Instant now);
  PingReply read_reply(const Arrived& arrived, Instant now) const;
  void count(PingReply& reply);
  /// The request with this number in its field was answered, in one way or another.
  void acknowledge(unsigned sequence);

  void end_if_done();
  void end();

  const PingArguments ping_;
  const ClientPlace place_;
  std::unique_ptr<PingOutput> output_;
  Arrivals arrivals_;
  Random random_;
  PingMessages messages_;
  std::uint16_t first_identification_;
  std::size_t mtu_;  // of the path, as far as it is known

  Instant started_{}, last_sent_{}, next_send_;
  Instant end_ = Instant::max();  // whatever is still missing then
  PingCounts counts_;
  RoundTrips times_;
  std::uint16_t acknowledged_ = 0;
  std::bitset<65536> answered_;  // by the field; bits are free again when a request gets that number
  bool is_finished_ = false;
};

}  // namespace tunstack::clients
