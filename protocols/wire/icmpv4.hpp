// ICMPv4 messages (RFC 792): the common header, and the messages that leave.
#pragma once

#include <array>
#include <expected>

#include "protocols/base/checksum.hpp"
#include "protocols/base/reason.hpp"
#include "protocols/base/rule.hpp"

namespace tunstack {

/// Types of ICMPv4 messages (IANA registry).
enum class Icmpv4Type : std::uint8_t {
  echo_reply = 0,
  destination_unreachable = 3,
  source_quench = 4,
  redirect = 5,
  alternate_host_address = 6,
  echo_request = 8,
  router_advertisement = 9,
  router_solicitation = 10,
  time_exceeded = 11,
  parameter_problem = 12,
  timestamp_request = 13,
  timestamp_reply = 14,
  information_request = 15,
  information_reply = 16,
  address_mask_request = 17,
  address_mask_reply = 18,
  traceroute = 30,
  conversion_error = 31,
  mobile_host_redirect = 32,
  where_are_you = 33,
  i_am_here = 34,
  mobile_registration_request = 35,
  mobile_registration_reply = 36,
  domain_name_request = 37,
  domain_name_reply = 38,
  skip = 39,
  photuris = 40,
  extended_echo_request = 42,
  extended_echo_reply = 43,
};

inline constexpr std::size_t icmp_header_size = 8;

// What all messages of both families begin with.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |      Code     |            Checksum           |
// |                       What the type has                       |
// +---------------------------------------------------------------+
namespace icmp_offset {
inline constexpr std::size_t type = 0;
inline constexpr std::size_t code = 1;
inline constexpr std::size_t checksum = 2;
inline constexpr std::size_t rest_of_header = 4;
}  // namespace icmp_offset
inline constexpr std::size_t icmp_checksum_offset = icmp_offset::checksum;

// Echo, of both families; every other query of ICMPv4 begins likewise.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |      Code     |            Checksum           |
// |           Identifier          |        Sequence number        |
// |                              Data                             |
// +---------------------------------------------------------------+
namespace icmp_echo_offset {
inline constexpr std::size_t identifier = 4;
inline constexpr std::size_t sequence = 6;
}  // namespace icmp_echo_offset

// Timestamp request and reply. Of an address mask request and reply, the mask stands first and alone.
//  0               8              16              24            31
// +---------------+---------------+---------------+---------------+
// |      Type     |    Code, 0    |            Checksum           |
// |           Identifier          |        Sequence number        |
// |              Originate timestamp, or address mask             |
// |                       Receive timestamp                       |
// |                       Transmit timestamp                      |
// +---------------------------------------------------------------+
namespace icmpv4_query_offset {
inline constexpr std::size_t originate = 8;
inline constexpr std::size_t receive = 12;
inline constexpr std::size_t transmit = 16;
inline constexpr std::size_t address_mask = 8;
}  // namespace icmpv4_query_offset
inline constexpr std::size_t icmpv4_timestamp_size = 20;
inline constexpr std::size_t icmpv4_address_mask_size = 12;

inline constexpr std::array icmpv4_rules = {
    Rule<Bytes>{Reason::icmp4_too_short, [](const Bytes& b) { return b.size() < icmp_header_size; }},
    Rule<Bytes>{Reason::icmp4_checksum_wrong, [](const Bytes& b) { return !checksum_is_intact(checksum_sum(b)); }},
};

/// A message whose length and checksum hold.
class Icmpv4View {
 public:
  static std::expected<Icmpv4View, Reason> parse(Bytes message) {
    if (const auto broken = first_broken<icmpv4_rules>(message)) return std::unexpected(*broken);
    return Icmpv4View(message);
  }
  /// Of a message that is known to keep the rules.
  static Icmpv4View of(Bytes message) { return Icmpv4View(message); }
  Bytes bytes() const { return bytes_; }
  std::uint8_t type() const { return bytes_[icmp_offset::type]; }
  std::uint8_t code() const { return bytes_[icmp_offset::code]; }

 private:
  explicit Icmpv4View(Bytes bytes) : bytes_(bytes) {}
  Bytes bytes_;
};

/// The answer to an echo request: its code, identifier, sequence number and data, unchanged (RFC 792).
struct Icmpv4EchoReply {
  static constexpr std::size_t checksum_offset = icmp_checksum_offset;
  Bytes request;  // the whole ICMP message, checksum intact

  std::size_t size() const { return request.size(); }
  Bytes copied() const { return request; }
  static void write_start(MutableBytes to) {
    to[icmp_offset::type] = static_cast<std::uint8_t>(Icmpv4Type::echo_reply);
  }
  void write(MutableBytes to) const {
    copy_bytes(to, request);
    write_start(to);
  }
  // An update gives 0x0000 also for a message of zeros, whose checksum is 0xffff: then all is summed again.
  [[gnu::always_inline]] std::uint16_t checksum(Bytes, ChecksumSum) const {
    const std::uint16_t received = load_be16(request, icmp_checksum_offset);
    const std::uint16_t updated =
        checksum_update(received, load_be16(request, icmp_offset::type), request[icmp_offset::code]);
    return updated != 0 ? updated : summed_again(request);
  }
  /// Of the type 0, the code, and what stands behind the checksum.
  [[gnu::noinline]] static std::uint16_t summed_again(Bytes request) {
    return internet_checksum(request.subspan(icmp_echo_offset::identifier),
                             network_order(std::uint16_t{request[icmp_offset::code]}));
  }
};

/// What identifies a query and comes back in its reply, as it lies behind the checksum.
inline std::uint32_t icmp_identifier_and_sequence(Bytes message) {
  return load_be32(message, icmp_echo_offset::identifier);
}

/// A query, or the reply to one, of fixed form: identifier and sequence number, then words (RFC 792, RFC 950).
struct Icmpv4Query {
  static constexpr std::size_t checksum_offset = icmp_checksum_offset;
  Icmpv4Type type{};
  std::uint32_t identifier_and_sequence = 0;
  std::size_t words = 0;
  std::array<std::uint32_t, 3> body{};

  std::size_t size() const { return icmp_header_size + words * 4; }
  void write(MutableBytes to) const {
    to[icmp_offset::type] = static_cast<std::uint8_t>(type);
    to[icmp_offset::code] = 0;
    store_be32(to, icmp_echo_offset::identifier, identifier_and_sequence);
    for (std::size_t i = 0; i < words; ++i) store_be32(to, icmp_header_size + i * 4, body[i]);
  }
  std::uint16_t checksum(Bytes written, ChecksumSum) const { return internet_checksum(written); }
};

}  // namespace tunstack
