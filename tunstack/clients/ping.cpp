#include "tunstack/clients/ping.hpp"

#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/clients/datagram.hpp"
#include "tunstack/clients/error_words.hpp"

namespace tunstack::clients {

namespace {

constexpr unsigned most_at_once = 32;  // so that who sends them has room for others; the next ones are due at once
constexpr Duration flood_pause = std::chrono::milliseconds(10);  // where no answer comes

bool asks_many(const PingArguments& ping) {
  if (!ping.target.is_ipv4()) return ping.target.ipv6().is_multicast();
  return ping.allows_broadcast || ping.target.ipv4().value >> 28 == 0xe;
}

}  // namespace

Ping::Ping(PingArguments arguments, const ClientPlace& place)
    : ping_(std::move(arguments)),
      place_(place),
      output_(ping_.json ? ping_json(ping_) : ping_text(ping_, place_)),
      arrivals_(place.seed),
      random_(place.seed, "ping"),
      messages_(ping_, static_cast<std::uint16_t>(random_.below(0xffff) + 1)),
      first_identification_(static_cast<std::uint16_t>(random_.below(0x10000))),
      mtu_(place.mtu_to != nullptr ? place.mtu_to(place.of, ping_.target) : place.mtu),
      next_send_(place.start) {
  output_->begin();
}

// ---- time ----

Instant Ping::next_deadline() const {
  if (is_finished_) return Instant::max();
  return is_all_sent() ? end_ : std::min(end_, next_send_);
}

void Ping::tick(Instant now, ToSend& out) {
  if (is_finished_) return;
  if (now >= end_) return end();
  send_due(now, out);
  end_if_done();
}

/// To the next request, unless an answer has a flood go on.
Duration Ping::pause() const { return ping_.is_flood ? flood_pause : seconds(ping_.interval); }

void Ping::send_due(Instant now, ToSend& out) {
  for (unsigned sent = 0; !is_finished_ && !is_all_sent() && now >= next_send_; ++sent) {
    if (sent == most_at_once) return;
    if (ping_.reports_outstanding && counts_.sent != 0 && !answered_[messages_.sequence_of(counts_.sent)])
      output_->outstanding(counts_.sent, now);
    send(now, out);
    const bool is_at_once = ping_.is_flood ? in_flight() < ping_.preload : counts_.sent < ping_.preload;
    if (!is_at_once) next_send_ = now + pause();
    end_if_done();
  }
  if (!is_all_sent() || end_ != Instant::max()) return;
  // Whoever answered before is given two round trips.
  const Duration wait = counts_.received == 0
                            ? seconds(ping_.linger)
                            : std::max<Duration>(std::chrono::microseconds(2 * times_.most()), pause());
  end_ = now + wait;
}

// ---- sending ----

void Ping::send(Instant now, ToSend& out) {
  if (counts_.sent == 0) {
    started_ = now;
    if (ping_.deadline != 0) end_ = now + seconds(ping_.deadline);
  }
  ++counts_.sent;
  last_sent_ = now;
  counts_.took = last_sent_ - started_;
  answered_[messages_.sequence_of(counts_.sent)] = false;

  Envelope envelope{.source = ping_.source,
                    .destination = ping_.target,
                    .protocol = ping_.target.is_ipv4() ? protocol_number::icmpv4 : protocol_number::icmpv6,
                    .type_of_service = static_cast<std::uint8_t>(ping_.tos),
                    .hop_limit = static_cast<std::uint8_t>(ping_.ttl),
                    .identification = static_cast<std::uint16_t>(first_identification_ + counts_.sent),
                    .flow_label = ping_.flow_label,
                    .options = ping_.options};
  std::vector<std::uint8_t> message = messages_.request(counts_.sent, now);
  const bool fits = datagram_size(envelope, message.size()) <= mtu_;
  if (!fits && ping_.path_mtu == PathMtuPolicy::refuse) {
    ++counts_.errors;
    return output_->too_large(mtu_, counts_.sent);
  }
  envelope.dont_fragment = fits && ping_.path_mtu != PathMtuPolicy::cut_anywhere;
  const bool is_cut_on_path = ping_.path_mtu == PathMtuPolicy::cut_anywhere && ping_.target.is_ipv4();
  add_datagram(envelope, message, icmp_checksum_offset, is_cut_on_path ? place_.mtu : mtu_, out);
  output_->sent();
}

// ---- receiving ----

void Ping::receive(Bytes datagram, Instant now, ToSend& out) {
  if (is_finished_ || counts_.sent == 0) return;
  const auto arrived = arrivals_.take(datagram, ping_.source, now);
  if (!arrived || !arrived->is_icmp()) return;
  if (messages_.is_reply(arrived->payload)) {
    on_reply(*arrived, now);
  } else if (const auto error = read_error(*arrived)) {
    on_error(*error, now);
  }
  if (ping_.is_flood && in_flight() < ping_.preload) next_send_ = now;
  end_if_done();
  if (ping_.is_flood && !is_finished_) send_due(now, out);
}

PingReply Ping::read_reply(const Arrived& arrived, Instant now) const {
  PingReply reply = messages_.read(arrived.payload, now);
  reply.from = arrived.source;
  reply.hop_limit = arrived.hop_limit;
  reply.options = arrived.options;
  reply.is_duplicate = answered_[reply.sequence];
  reply.has_bad_checksum = !arrived.has_right_checksum();
  reply.is_from_another = arrived.source != ping_.target && !asks_many(ping_);
  return reply;
}

void Ping::count(PingReply& reply) {
  if (reply.microseconds && !reply.has_bad_checksum) times_.add(*reply.microseconds);
  if (reply.has_bad_checksum) {
    ++counts_.corrupted;
    reply.is_duplicate = false;
  } else if (reply.is_duplicate) {
    ++counts_.duplicates;
  } else {
    ++counts_.received;
    answered_[reply.sequence] = true;
  }
}

void Ping::on_reply(const Arrived& arrived, Instant now) {
  PingReply reply = read_reply(arrived, now);
  if (!ping_.target.is_ipv4() && reply.has_bad_checksum) return;  // as the kernel has it
  count(reply);
  acknowledge(reply.sequence);
  output_->reply(reply, now);
}

void Ping::on_error(const ReportedError& error, Instant now) {
  const Bytes request = error.payload;
  if (error.destination != ping_.target || !messages_.is_request(request)) return;
  if (const auto mtu = error.mtu(); mtu && *mtu >= 68 && *mtu < mtu_) mtu_ = *mtu;
  const unsigned sequence = messages_.sequence_in(request);
  if (!is_advice(error)) {
    ++counts_.errors;
    acknowledge(sequence);
  }
  output_->error(error, sequence, now);
}

void Ping::acknowledge(unsigned sequence) {
  if (ping_.kind == PingKind::probe) return;  // which counts to 256
  const auto behind = static_cast<std::uint16_t>(counts_.sent - sequence);
  if (behind > 0x7fff) return;  // it was not sent yet
  counts_.most_in_flight = std::max<unsigned>(counts_.most_in_flight, behind + 1U);
  if (static_cast<std::int16_t>(sequence - acknowledged_) > 0) acknowledged_ = static_cast<std::uint16_t>(sequence);
}

// ---- the end ----

void Ping::end_if_done() {
  if (is_finished_) return;
  const bool has_all = ping_.count != 0 && counts_.received + counts_.errors >= ping_.count;
  if (has_all || (ping_.deadline != 0 && counts_.errors != 0)) end();
}

void Ping::interrupt(Instant now) {
  if (is_finished_) return;
  if (counts_.sent != 0) counts_.took = now - started_;
  end();
}

void Ping::end() {
  is_finished_ = true;
  output_->end(counts_, times_);
}

ClientResult Ping::result() const {
  const bool has_enough = counts_.received != 0 && (ping_.deadline == 0 || counts_.received >= ping_.count);
  return {.sent = counts_.sent,
          .received = counts_.received,
          .duplicates = counts_.duplicates,
          .errors = counts_.errors,
          .is_reached = counts_.received != 0,
          .least = static_cast<double>(times_.least()) / 1000,
          .mean = static_cast<double>(times_.mean()) / 1000,
          .most = static_cast<double>(times_.most()) / 1000,
          .path_mtu = static_cast<unsigned>(mtu_ < place_.mtu ? mtu_ : 0),
          .exit_status = has_enough ? 0 : 1};
}

}  // namespace tunstack::clients
