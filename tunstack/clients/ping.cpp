#include "tunstack/clients/ping.hpp"

#include "protocols/wire/extended_echo.hpp"
#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "protocols/wire/numbers.hpp"
#include "tunstack/clients/datagram.hpp"
#include "tunstack/clients/error_words.hpp"

namespace tunstack::clients {

namespace {

constexpr Duration flood_pause = std::chrono::milliseconds(10);  // where no answer comes

std::int64_t microseconds(Instant at) {
  return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
}
void store_time(MutableBytes data, Instant at) {
  store_be64(data, 0, static_cast<std::uint64_t>(microseconds(at) / 1'000'000));
  store_be64(data, 8, static_cast<std::uint64_t>(microseconds(at) % 1'000'000));
}
std::int64_t load_time(Bytes data) {
  return static_cast<std::int64_t>(load_be64(data, 0)) * 1'000'000 + static_cast<std::int64_t>(load_be64(data, 8));
}

std::uint8_t request_type(const PingArguments& ping) {
  if (ping.target.is_ipv4())
    return static_cast<std::uint8_t>(ping.is_probe() ? Icmpv4Type::extended_echo_request : Icmpv4Type::echo_request);
  return static_cast<std::uint8_t>(ping.is_probe() ? Icmpv6Type::extended_echo_request : Icmpv6Type::echo_request);
}
std::uint8_t reply_type(const PingArguments& ping) {
  if (ping.target.is_ipv4())
    return static_cast<std::uint8_t>(ping.is_probe() ? Icmpv4Type::extended_echo_reply : Icmpv4Type::echo_reply);
  return static_cast<std::uint8_t>(ping.is_probe() ? Icmpv6Type::extended_echo_reply : Icmpv6Type::echo_reply);
}

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
      mtu_(place.mtu),
      next_send_(place.start) {
  Random random(place.seed, "ping");
  identifier_ = static_cast<std::uint16_t>(random.below(0xffff) + 1);
  first_identification_ = static_cast<std::uint16_t>(random.below(0x10000));
  fill_data();
  output_->begin();
}

void Ping::fill_data() {
  data_.resize(ping_.size);
  for (std::size_t i = 0; i < data_.size(); ++i)
    data_[i] = ping_.pattern.empty() ? static_cast<std::uint8_t>(i) : ping_.pattern[i % ping_.pattern.size()];
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
  while (!is_finished_ && !is_all_sent() && now >= next_send_) {
    if (ping_.reports_outstanding && counts_.sent != 0 && !answered_[sequence_field()])
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

/// Of the latest request.
std::uint16_t Ping::sequence_field() const {
  return static_cast<std::uint16_t>(ping_.is_probe() ? counts_.sent & 0xff : counts_.sent);
}

void Ping::send(Instant now, ToSend& out) {
  if (counts_.sent == 0) {
    started_ = now;
    if (ping_.deadline != 0) end_ = now + seconds(ping_.deadline);
  }
  ++counts_.sent;
  last_sent_ = now;
  counts_.took = last_sent_ - started_;
  answered_[sequence_field()] = false;

  Envelope envelope{.source = ping_.source,
                    .destination = ping_.target,
                    .protocol = ping_.target.is_ipv4() ? protocol_number::icmpv4 : protocol_number::icmpv6,
                    .type_of_service = static_cast<std::uint8_t>(ping_.tos),
                    .hop_limit = static_cast<std::uint8_t>(ping_.ttl),
                    .identification = static_cast<std::uint16_t>(first_identification_ + counts_.sent),
                    .flow_label = ping_.flow_label,
                    .options = ping_.options};
  std::vector<std::uint8_t> message = ping_.is_probe() ? probe_request() : request(now);
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

std::vector<std::uint8_t> Ping::request(Instant now) const {
  std::vector<std::uint8_t> message(icmp_header_size);
  message[icmp_offset::type] = request_type(ping_);
  store_be16(message, icmp_echo_offset::identifier, identifier_);
  store_be16(message, icmp_echo_offset::sequence, sequence_field());
  message.insert(message.end(), data_.begin(), data_.end());
  if (ping_.is_timed()) store_time(MutableBytes(message).subspan(icmp_header_size), now);
  return message;
}

/// The structure has one object, and behind it the time.
std::vector<std::uint8_t> Ping::probe_request() const {
  constexpr std::uint8_t version = 2 << 4;
  std::vector<std::uint8_t> structure(icmp_extension_header_size);
  structure[icmp_extension_offset::version] = version;
  structure.insert(structure.end(), ping_.probe_object.begin(), ping_.probe_object.end());
  store_be16(structure, icmp_extension_offset::checksum, internet_checksum(structure));

  std::vector<std::uint8_t> message(icmp_header_size);
  message[icmp_offset::type] = request_type(ping_);
  store_be16(message, extended_echo_offset::identifier, identifier_);
  message[extended_echo_offset::sequence] = static_cast<std::uint8_t>(sequence_field());
  message[extended_echo_offset::flags] = ping_.is_probe_local ? extended_echo_local : 0;
  message.insert(message.end(), structure.begin(), structure.end());
  return message;
}

// ---- receiving ----

void Ping::receive(Bytes datagram, Instant now, ToSend& out) {
  if (is_finished_ || counts_.sent == 0) return;
  const auto arrived = arrivals_.take(datagram, ping_.source, now);
  if (!arrived || !arrived->is_icmp()) return;
  if (arrived->payload[icmp_offset::type] == reply_type(ping_) && is_mine(arrived->payload)) {
    on_reply(*arrived, now);
  } else if (const auto error = read_error(*arrived)) {
    on_error(*error, now);
  }
  if (ping_.is_flood && in_flight() < ping_.preload) next_send_ = now;
  end_if_done();
  if (ping_.is_flood && !is_finished_) send_due(now, out);
}

bool Ping::is_mine(Bytes message) const {
  return message.size() >= icmp_header_size && load_be16(message, icmp_echo_offset::identifier) == identifier_;
}

unsigned Ping::sequence_in(Bytes message) const {
  return ping_.is_probe() ? message[extended_echo_offset::sequence] : load_be16(message, icmp_echo_offset::sequence);
}

PingReply Ping::read_reply(const Arrived& arrived, Instant now) const {
  const Bytes message = arrived.payload;
  PingReply reply{.from = arrived.source,
                  .sequence = sequence_in(message),
                  .size = message.size(),
                  .hop_limit = arrived.hop_limit,
                  .is_duplicate = answered_[sequence_in(message)],
                  .has_bad_checksum = !arrived.has_right_checksum(),
                  .is_from_another = arrived.source != ping_.target && !asks_many(ping_),
                  .data = message.subspan(icmp_header_size),
                  .expected = data_,
                  .options = arrived.options,
                  .code = message[icmp_offset::code],
                  .state_and_flags = message[extended_echo_offset::state_and_flags]};
  if (ping_.is_probe()) {
    reply.microseconds = microseconds(now) - microseconds(last_sent_);
    return reply;
  }
  reply.is_truncated = reply.data.size() < data_.size();
  if (ping_.is_timed() && reply.data.size() >= ping_time_size)
    reply.microseconds = std::max<std::int64_t>(0, microseconds(now) - load_time(reply.data));
  const std::size_t start = ping_.is_timed() ? ping_time_size : 0;
  for (std::size_t i = start; !reply.is_truncated && !reply.wrong_at && i < data_.size(); ++i)
    if (reply.data[i] != data_[i]) reply.wrong_at = i;
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
  if (error.destination != ping_.target || !is_mine(request) || request[icmp_offset::type] != request_type(ping_))
    return;
  if (const auto mtu = error.mtu(); mtu && *mtu >= 68 && *mtu < mtu_) mtu_ = *mtu;
  const unsigned sequence = sequence_in(request);
  if (!is_advice(error)) {
    ++counts_.errors;
    acknowledge(sequence);
  }
  output_->error(error, sequence, now);
}

void Ping::acknowledge(unsigned sequence) {
  if (ping_.is_probe()) return;
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
