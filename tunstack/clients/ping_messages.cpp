#include "tunstack/clients/ping_messages.hpp"

#include <fmt/format.h>

#include <bit>

#include "protocols/wire/extended_echo.hpp"
#include "protocols/wire/icmp_extensions.hpp"
#include "protocols/wire/icmpv6.hpp"

namespace tunstack::clients {

namespace {

struct Types {
  std::uint8_t request, reply;
};

Types types_of(PingKind kind, Family family) {
  const auto of4 = [](Icmpv4Type request, Icmpv4Type reply) {
    return Types{std::uint8_t(request), std::uint8_t(reply)};
  };
  const auto of6 = [](Icmpv6Type request, Icmpv6Type reply) {
    return Types{std::uint8_t(request), std::uint8_t(reply)};
  };
  switch (kind) {
    case PingKind::probe:
      return family == Family::ipv4 ? of4(Icmpv4Type::extended_echo_request, Icmpv4Type::extended_echo_reply)
                                    : of6(Icmpv6Type::extended_echo_request, Icmpv6Type::extended_echo_reply);
    case PingKind::timestamp:
      return of4(Icmpv4Type::timestamp_request, Icmpv4Type::timestamp_reply);
    case PingKind::mask:
      return of4(Icmpv4Type::address_mask_request, Icmpv4Type::address_mask_reply);
    case PingKind::echo:
      break;
  }
  return family == Family::ipv4 ? of4(Icmpv4Type::echo_request, Icmpv4Type::echo_reply)
                                : of6(Icmpv6Type::echo_request, Icmpv6Type::echo_reply);
}

// ---- time ----

std::int64_t microseconds(Instant at) {
  return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
}
/// Seconds and microseconds, in 8 octets each.
void store_time(MutableBytes data, Instant at) {
  store_be64(data, 0, static_cast<std::uint64_t>(microseconds(at) / 1'000'000));
  store_be64(data, 8, static_cast<std::uint64_t>(microseconds(at) % 1'000'000));
}
std::uint64_t load_time(Bytes data) { return load_be64(data, 0) * 1'000'000 + load_be64(data, 8); }

constexpr std::int64_t day = 86'400'000;  // milliseconds
constexpr std::uint32_t not_standard = 0x80000000;

std::uint32_t milliseconds_of_day(Instant at) { return static_cast<std::uint32_t>(microseconds(at) / 1000 % day); }

/// From one time of a day to another, whichever way is shorter.
std::int64_t difference(std::uint32_t from, std::uint32_t to) {
  const std::int64_t ahead = (std::int64_t{to} - from + day) % day;
  return ahead > day / 2 ? ahead - day : ahead;
}

// ---- what queries are answered with ----

std::string timestamp_words(Bytes reply, Instant now) {
  const std::uint32_t originate = number32(reply, icmpv4_query_offset::originate);
  const std::uint32_t receive = number32(reply, icmpv4_query_offset::receive);
  const std::uint32_t transmit = number32(reply, icmpv4_query_offset::transmit);
  const std::string times =
      fmt::format("originate {} receive {} transmit {}", originate, receive & ~not_standard, transmit & ~not_standard);
  if (((receive | transmit) & not_standard) != 0) return times + ", not standard";
  const std::int64_t offset = (difference(originate, receive) + difference(milliseconds_of_day(now), transmit)) / 2;
  return times + fmt::format(", clock differs by {:+} ms", offset);
}

std::string mask_words(Bytes reply) {
  const std::uint32_t mask = number32(reply, icmpv4_query_offset::address_mask);
  const int length = std::countl_one(mask);
  const bool is_prefix = mask == ipv4_mask(static_cast<std::uint8_t>(length));
  return fmt::format("mask {} ({})", to_text(Ipv4Address{mask}),
                     is_prefix ? fmt::format("/{}", length) : "not a prefix");
}

std::string probe_words(std::uint8_t code, std::uint8_t state_and_flags) {
  constexpr std::array wrong = {"", "malformed query", "no such interface", "no such table entry",
                                "multiple interfaces satisfy query"};
  constexpr std::array states = {"", "incomplete", "reachable", "stale", "delay", "probe", "failed"};
  if (code != 0) return code < wrong.size() ? wrong[code] : fmt::format("code {}", code);
  const unsigned state = state_and_flags >> extended_echo_state_shift;
  if (state != 0) return state < states.size() ? states[state] : fmt::format("state {}", state);
  std::string words = (state_and_flags & extended_echo_flag::active) != 0 ? "active" : "not active";
  if ((state_and_flags & extended_echo_flag::ipv4) != 0) words += ", ipv4";
  if ((state_and_flags & extended_echo_flag::ipv6) != 0) words += ", ipv6";
  return words;
}

/// An extension structure with one object.
std::vector<std::uint8_t> structure_around(const std::vector<std::uint8_t>& object) {
  constexpr std::uint8_t version = 2 << 4;
  std::vector<std::uint8_t> structure(icmp_extension_header_size);
  structure[icmp_extension_offset::version] = version;
  structure.insert(structure.end(), object.begin(), object.end());
  store_be16(structure, icmp_extension_offset::checksum, internet_checksum(structure));
  return structure;
}

}  // namespace

PingMessages::PingMessages(const PingArguments& ping, std::uint16_t identifier)
    : ping_(ping),
      identifier_(identifier),
      request_type_(types_of(ping.kind, ping.target.family()).request),
      reply_type_(types_of(ping.kind, ping.target.family()).reply) {
  if (ping.kind != PingKind::echo) return;
  data_.resize(ping.size);
  for (std::size_t i = 0; i < data_.size(); ++i)
    data_[i] = ping.pattern.empty() ? static_cast<std::uint8_t>(i) : ping.pattern[i % ping.pattern.size()];
}

// ---- requests ----

std::vector<std::uint8_t> PingMessages::request(unsigned count, Instant now) {
  std::vector<std::uint8_t> message(icmp_header_size);
  message[icmp_offset::type] = request_type_;
  store_be16(message, icmp_echo_offset::identifier, identifier_);
  if (ping_.kind == PingKind::probe) {
    message[extended_echo_offset::sequence] = static_cast<std::uint8_t>(count);
    message[extended_echo_offset::flags] = ping_.is_probe_local ? extended_echo_local : 0;
  } else {
    store_be16(message, icmp_echo_offset::sequence, static_cast<std::uint16_t>(count));
  }
  const std::vector<std::uint8_t> behind = body(now);
  message.insert(message.end(), behind.begin(), behind.end());
  sent_at_[count % sent_at_.size()] = now;
  return message;
}

std::vector<std::uint8_t> PingMessages::body(Instant now) const {
  if (ping_.kind == PingKind::probe) return structure_around(ping_.probe_object);
  if (ping_.kind == PingKind::mask) return std::vector<std::uint8_t>(icmpv4_address_mask_size - icmp_header_size);
  if (ping_.kind == PingKind::timestamp) {
    std::vector<std::uint8_t> times(icmpv4_timestamp_size - icmp_header_size);
    store_be32(times, 0, milliseconds_of_day(now));
    return times;
  }
  std::vector<std::uint8_t> data = data_;
  if (ping_.is_timed()) store_time(data, now);
  return data;
}

// ---- replies ----

bool PingMessages::has(Bytes message, std::uint8_t type) const {
  return message.size() >= icmp_header_size && message[icmp_offset::type] == type &&
         load_be16(message, icmp_echo_offset::identifier) == identifier_;
}

unsigned PingMessages::sequence_in(Bytes message) const {
  return ping_.kind == PingKind::probe ? message[extended_echo_offset::sequence]
                                       : load_be16(message, icmp_echo_offset::sequence);
}

PingReply PingMessages::read(Bytes message, Instant now) const {
  PingReply reply{.from = {},
                  .sequence = sequence_in(message),
                  .size = message.size(),
                  .data = message.subspan(icmp_header_size),
                  .expected = data_,
                  .options = {},
                  .answer = answer_in(message, now)};
  if (ping_.kind == PingKind::echo)
    read_echo(reply, now);
  else
    reply.microseconds = microseconds(now) - microseconds(sent_at_[reply.sequence % sent_at_.size()]);
  return reply;
}

void PingMessages::read_echo(PingReply& reply, Instant now) const {
  reply.is_truncated = reply.data.size() < data_.size();
  if (ping_.is_timed() && reply.data.size() >= ping_time_size) {
    const auto arrived = static_cast<std::uint64_t>(microseconds(now));
    const std::uint64_t sent = load_time(reply.data);
    reply.microseconds = sent < arrived ? static_cast<std::int64_t>(arrived - sent) : 0;
  }
  const std::size_t start = ping_.is_timed() ? ping_time_size : 0;
  for (std::size_t i = start; !reply.is_truncated && !reply.wrong_at && i < data_.size(); ++i)
    if (reply.data[i] != data_[i]) reply.wrong_at = i;
}

std::string PingMessages::answer_in(Bytes reply, Instant now) const {
  switch (ping_.kind) {
    case PingKind::probe:
      return probe_words(reply[icmp_offset::code], reply[extended_echo_offset::state_and_flags]);
    case PingKind::timestamp:
      return timestamp_words(reply, now);
    case PingKind::mask:
      return mask_words(reply);
    case PingKind::echo:
      break;
  }
  return {};
}

}  // namespace tunstack::clients
