// ICMPv6 messages (RFC 4443 2.1): the common header, and the messages that leave.
#pragma once

#include <expected>

#include "protocols/base/checksum.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/rule.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/numbers.hpp"

namespace tunstack {

/// Types of ICMPv6 messages (IANA registry). Below 128: errors.
enum class Icmpv6Type : std::uint8_t {
  destination_unreachable = 1,
  packet_too_big = 2,
  time_exceeded = 3,
  parameter_problem = 4,
  echo_request = 128,
  echo_reply = 129,
  listener_query = 130,
  listener_report = 131,
  listener_done = 132,
  router_solicitation = 133,
  router_advertisement = 134,
  neighbor_solicitation = 135,
  neighbor_advertisement = 136,
  redirect = 137,
  router_renumbering = 138,
  node_information_query = 139,
  node_information_response = 140,
  inverse_neighbor_solicitation = 141,
  inverse_neighbor_advertisement = 142,
  listener_report_v2 = 143,
  extended_echo_request = 160,
  extended_echo_reply = 161,
};

inline constexpr std::size_t icmpv6_minimum_size = 4;
inline constexpr std::uint8_t icmpv6_first_informational = 128;

/// A message with the sum of the pseudo-header that its checksum covers.
struct Icmpv6Arrival {
  Bytes message;
  ChecksumSum pseudo_header;
};

/// Errors, echo and extended echo carry a 32-bit field behind the checksum.
constexpr bool icmpv6_has_full_header(std::uint8_t type) {
  return type < icmpv6_first_informational || type == static_cast<std::uint8_t>(Icmpv6Type::echo_request) ||
         type == static_cast<std::uint8_t>(Icmpv6Type::echo_reply) ||
         type == static_cast<std::uint8_t>(Icmpv6Type::extended_echo_request) ||
         type == static_cast<std::uint8_t>(Icmpv6Type::extended_echo_reply);
}

inline constexpr std::array icmpv6_rules = {
    Rule<Icmpv6Arrival>{Reason::icmp6_too_short,
                        [](const Icmpv6Arrival& a) {
                          return a.message.size() < icmpv6_minimum_size ||
                                 (a.message.size() < icmp_header_size &&
                                  icmpv6_has_full_header(a.message[icmp_offset::type]));
                        }},
    Rule<Icmpv6Arrival>{
        Reason::icmp6_checksum_wrong,
        [](const Icmpv6Arrival& a) { return !checksum_is_intact(checksum_sum(a.message, a.pseudo_header)); }},
};

/// A message whose length and checksum hold.
class Icmpv6View {
 public:
  static std::expected<Icmpv6View, Reason> parse(const Icmpv6Arrival& arrival) {
    if (const auto broken = first_broken<icmpv6_rules>(arrival)) return std::unexpected(*broken);
    return Icmpv6View(arrival.message);
  }
  /// Of a message that is known to keep the rules.
  static Icmpv6View of(Bytes message) { return Icmpv6View(message); }
  Bytes bytes() const { return bytes_; }
  std::uint8_t type() const { return bytes_[icmp_offset::type]; }
  std::uint8_t code() const { return bytes_[icmp_offset::code]; }

 private:
  explicit Icmpv6View(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

/// The answer to an echo request: code 0, identifier, sequence number and data unchanged (RFC 4443 4.2).
struct Icmpv6EchoReply {
  static constexpr std::size_t checksum_offset = icmp_checksum_offset;
  Bytes request;               // the whole ICMPv6 message, checksum intact
  bool same_addresses = true;  // the reply only exchanges the addresses; one to a group has another source

  std::size_t size() const { return request.size(); }
  Bytes copied() const { return request; }
  static void write_start(MutableBytes to) { store_be16(to, icmp_offset::type, type_and_code); }
  void write(MutableBytes to) const {
    copy_bytes(to, request);
    write_start(to);
  }
  std::uint16_t checksum(Bytes, ChecksumSum pseudo_header) const {
    if (!same_addresses)
      return internet_checksum(request.subspan(icmp_echo_offset::identifier),
                               pseudo_header + network_order(type_and_code));
    const std::uint16_t received = load_be16(request, icmp_checksum_offset);
    return checksum_update(received, load_be16(request, icmp_offset::type), type_and_code);
  }

 private:
  static constexpr std::uint16_t type_and_code = static_cast<std::uint16_t>(Icmpv6Type::echo_reply) << 8;
};

/// Type, code 0, and what stands behind the checksum; that is emit's affair.
inline void write_icmp_start(MutableBytes to, Icmpv6Type type, std::uint32_t rest_of_header = 0) {
  store_be64(to, icmp_offset::type, std::uint64_t{static_cast<std::uint8_t>(type)} << 56 | rest_of_header);
}

/// What all messages share that are written anew.
struct Icmpv6Written {
  static constexpr std::size_t checksum_offset = icmp_checksum_offset;
  static std::uint16_t checksum(Bytes written, ChecksumSum pseudo_header) {
    return internet_checksum(written, pseudo_header);
  }
};

}  // namespace tunstack
