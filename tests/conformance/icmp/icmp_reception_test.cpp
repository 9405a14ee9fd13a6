// ICMP messages that a host takes no part in: malformed, unknown, deprecated, or about nothing of its own.
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

#include "protocols/icmp/problem_codes.hpp"
#include "protocols/wire/icmpv4.hpp"
#include "protocols/wire/icmpv6.hpp"
#include "tests/support/host.hpp"

namespace tunstack::test::icmp_reception_test {
namespace {

// ---- ICMP4-RX-013: the constants are those of the system's headers, as far as those have them ----

constexpr int number(Icmpv4Type type) { return static_cast<int>(type); }
constexpr int number(Icmpv6Type type) { return static_cast<int>(type); }

static_assert(number(Icmpv4Type::echo_reply) == ICMP_ECHOREPLY);
static_assert(number(Icmpv4Type::destination_unreachable) == ICMP_DEST_UNREACH);
static_assert(number(Icmpv4Type::source_quench) == ICMP_SOURCE_QUENCH);
static_assert(number(Icmpv4Type::redirect) == ICMP_REDIRECT);
static_assert(number(Icmpv4Type::echo_request) == ICMP_ECHO);
static_assert(number(Icmpv4Type::router_advertisement) == ICMP_ROUTERADVERT);
static_assert(number(Icmpv4Type::router_solicitation) == ICMP_ROUTERSOLICIT);
static_assert(number(Icmpv4Type::time_exceeded) == ICMP_TIME_EXCEEDED);
static_assert(number(Icmpv4Type::parameter_problem) == ICMP_PARAMETERPROB);
static_assert(number(Icmpv4Type::timestamp_request) == ICMP_TIMESTAMP);
static_assert(number(Icmpv4Type::timestamp_reply) == ICMP_TIMESTAMPREPLY);
static_assert(number(Icmpv4Type::information_request) == ICMP_INFO_REQUEST);
static_assert(number(Icmpv4Type::information_reply) == ICMP_INFO_REPLY);
static_assert(number(Icmpv4Type::address_mask_request) == ICMP_ADDRESS);
static_assert(number(Icmpv4Type::address_mask_reply) == ICMP_ADDRESSREPLY);
#ifdef ICMP_EXT_ECHO  // since glibc 2.33
static_assert(number(Icmpv4Type::extended_echo_request) == ICMP_EXT_ECHO);
static_assert(number(Icmpv4Type::extended_echo_reply) == ICMP_EXT_ECHOREPLY);
#endif
static_assert(icmp_header_size == ICMP_MINLEN);

static_assert(number(Icmpv6Type::destination_unreachable) == ICMP6_DST_UNREACH);
static_assert(number(Icmpv6Type::packet_too_big) == ICMP6_PACKET_TOO_BIG);
static_assert(number(Icmpv6Type::time_exceeded) == ICMP6_TIME_EXCEEDED);
static_assert(number(Icmpv6Type::parameter_problem) == ICMP6_PARAM_PROB);
static_assert(icmpv6_first_informational == ICMP6_INFOMSG_MASK);
static_assert(number(Icmpv6Type::echo_request) == ICMP6_ECHO_REQUEST);
static_assert(number(Icmpv6Type::echo_reply) == ICMP6_ECHO_REPLY);
static_assert(number(Icmpv6Type::listener_query) == MLD_LISTENER_QUERY);
static_assert(number(Icmpv6Type::listener_report) == MLD_LISTENER_REPORT);
static_assert(number(Icmpv6Type::listener_done) == MLD_LISTENER_REDUCTION);
static_assert(number(Icmpv6Type::router_solicitation) == ND_ROUTER_SOLICIT);
static_assert(number(Icmpv6Type::router_advertisement) == ND_ROUTER_ADVERT);
static_assert(number(Icmpv6Type::neighbor_solicitation) == ND_NEIGHBOR_SOLICIT);
static_assert(number(Icmpv6Type::neighbor_advertisement) == ND_NEIGHBOR_ADVERT);
static_assert(number(Icmpv6Type::redirect) == ND_REDIRECT);
static_assert(number(Icmpv6Type::router_renumbering) == ICMP6_ROUTER_RENUMBERING);
#ifdef ICMPV6_EXT_ECHO_REQUEST  // since glibc 2.33
static_assert(number(Icmpv6Type::extended_echo_request) == ICMPV6_EXT_ECHO_REQUEST);
static_assert(number(Icmpv6Type::extended_echo_reply) == ICMPV6_EXT_ECHO_REPLY);
#endif

constexpr icmp::ErrorCode port4 = icmp::code_of(Problem::port_unreachable, Family::ipv4);
constexpr icmp::ErrorCode port6 = icmp::code_of(Problem::port_unreachable, Family::ipv6);
constexpr icmp::ErrorCode protocol4 = icmp::code_of(Problem::protocol_unreachable, Family::ipv4);
constexpr icmp::ErrorCode protocol6 = icmp::code_of(Problem::protocol_unreachable, Family::ipv6);
static_assert(port4.type == ICMP_DEST_UNREACH && port4.code == ICMP_PORT_UNREACH);
static_assert(port6.type == ICMP6_DST_UNREACH && port6.code == ICMP6_DST_UNREACH_NOPORT);
static_assert(protocol4.type == ICMP_DEST_UNREACH && protocol4.code == ICMP_PROT_UNREACH);
static_assert(protocol6.type == ICMP6_PARAM_PROB && protocol6.code == ICMP6_PARAMPROB_NEXTHEADER);

// ---- messages ----

struct Types {
  unsigned first;
  unsigned last;
  Reason reason;
};

Packet message4(unsigned type, unsigned code = 0) { return ipv4({}, icmpv4(type, code, 0x00010002, udp4())); }

Packet message6(unsigned type, unsigned code = 0, std::string_view destination = "2001:db8::2") {
  const Ipv6Fields ip{.destination = destination};
  return ipv6(ip, icmpv6(ip, type, code, 0x00010002, udp6()));
}

void expect_types4_silent(const Types& types) {
  Host host;
  for (unsigned type = types.first; type <= types.last; ++type)
    for (const unsigned code : {0U, 1U, 255U}) {
      SCOPED_TRACE(testing::Message() << "type " << type << " code " << code);
      EXPECT_SILENT(host, message4(type, code), types.reason);
    }
}

void expect_types6_silent(const Types& types) {
  Host host;
  for (unsigned type = types.first; type <= types.last; ++type)
    for (const unsigned code : {0U, 1U, 255U}) {
      SCOPED_TRACE(testing::Message() << "type " << type << " code " << code);
      EXPECT_SILENT(host, message6(type, code), types.reason);
      EXPECT_SILENT(host, message6(type, code, "ff02::1"), types.reason);
    }
}

TEST(Icmpv4Reception, ICMP4_RX_001_shorter_than_8_octets) {
  for (unsigned type : {0U, 3U, 8U, 200U})
    for (std::size_t size = 0; size < 8; ++size) {
      Host host;
      Packet message = part(icmpv4(type, 0, 0), 0, size);
      if (size >= 4) {
        set_be16(message, 2, 0);
        set_be16(message, 2, plain_checksum(message));
      }
      EXPECT_SILENT(host, ipv4({}, message), Reason::icmp4_too_short);
    }
}

TEST(Icmpv4Reception, ICMP4_RX_001_wrong_checksum) {
  Host host;
  for (const unsigned type : {0U, 3U, 8U, 13U, 200U}) {
    Packet packet = message4(type);
    set_be16(packet, 22, be16(packet, 22) + 1U);
    EXPECT_SILENT(host, packet, Reason::icmp4_checksum_wrong);
  }
}

TEST(Icmpv4Reception, ICMP4_RX_001_any_bit_of_the_message_flipped) {
  Host host;
  const Packet whole = echo4({}, counting(21));
  for (std::size_t bit = 160; bit < whole.size() * 8; ++bit) {
    Packet packet = whole;
    packet[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
    EXPECT_THAT(host.send(packet), testing::IsEmpty()) << "bit " << bit;
  }
  EXPECT_EQ(host.count(Reason::icmp4_checksum_wrong), (whole.size() - 20) * 8);
  EXPECT_THAT(host.send(whole), testing::SizeIs(1));
}

TEST(Icmpv4Reception, ICMP4_RX_002_unknown_types) {
  for (const Types& types : {Types{1, 2, Reason::icmp4_type_unknown}, Types{7, 7, Reason::icmp4_type_unknown},
                             Types{19, 29, Reason::icmp4_type_unknown}, Types{41, 41, Reason::icmp4_type_unknown},
                             Types{44, 255, Reason::icmp4_type_unknown}})
    expect_types4_silent(types);
}

/// `whole` in an error of each type of its family, cut after any number of octets.
std::vector<Packet> errors_quoting4(const Packet& whole) {
  std::vector<Packet> errors;
  for (const unsigned type : {3U, 11U, 12U})
    for (std::size_t size = 0; size <= whole.size(); ++size)
      errors.push_back(ipv4({}, icmpv4(type, 0, 0, part(whole, 0, size))));
  return errors;
}

std::vector<Packet> errors_quoting6(const Packet& whole) {
  std::vector<Packet> errors;
  for (const unsigned type : {1U, 2U, 3U, 4U})
    for (std::size_t size = 0; size <= whole.size(); ++size)
      errors.push_back(ipv6({}, icmpv6({}, type, 0, 0, part(whole, 0, size))));
  return errors;
}

// ICMP4-RX-003, ICMP4-RX-006: neither a packet of another host nor one that this host never sent; less than a header
// and 8 octets of it (RFC 792) tell nobody's packet
TEST(Icmpv4Reception, ICMP4_RX_006_errors_about_what_this_host_did_not_send) {
  constexpr std::size_t before_quote = 28;
  constexpr std::size_t least_quote = 28;
  const struct {
    Packet quoted;
    Reason reason;
  } rows[] = {
      {udp4({.source = "203.0.113.5", .destination = "192.0.2.1"}), Reason::icmp4_error_about_foreign_packet},
      {udp4({.source = "192.0.2.2", .destination = "192.0.2.1"}), Reason::icmp4_error_about_packet_not_sent},
  };
  for (const auto& row : rows) {
    Host host;
    for (const Packet& error : errors_quoting4(row.quoted))
      EXPECT_SILENT(host, error,
                    error.size() < before_quote + least_quote ? Reason::icmp4_error_quote_cut_short : row.reason);
  }
}

TEST(Icmpv4Reception, ICMP4_RX_007_source_quench) { expect_types4_silent({4, 4, Reason::icmp4_source_quench}); }

TEST(Icmpv4Reception, ICMP4_RX_009_deprecated_types) {
  expect_types4_silent({6, 6, Reason::icmp4_type_deprecated});
  expect_types4_silent({30, 39, Reason::icmp4_type_deprecated});
  // Of 15 to 18, requests have options of their own, and replies are ignored like all others.
  expect_types4_silent({15, 15, Reason::icmp4_information_off});
  expect_types4_silent({16, 16, Reason::icmp4_reply_unsolicited});
  expect_types4_silent({18, 18, Reason::icmp4_reply_unsolicited});
  Host host({"icmp4.mask_agent=off"});
  EXPECT_SILENT(host, message4(17), Reason::icmp4_mask_agent_off);
}

TEST(Icmpv4Reception, ICMP4_RX_010_replies_that_nobody_waits_for) {
  expect_types4_silent({0, 0, Reason::icmp4_reply_unsolicited});
  expect_types4_silent({14, 14, Reason::icmp4_reply_unsolicited});
  expect_types4_silent({16, 16, Reason::icmp4_reply_unsolicited});
  expect_types4_silent({18, 18, Reason::icmp4_reply_unsolicited});
  expect_types4_silent({43, 43, Reason::icmp4_reply_unsolicited});
}

// PROBE-001: the only query that is off unless somebody wants it
TEST(Icmpv4Reception, PROBE_001_extended_echo_is_off) {
  expect_types4_silent({42, 42, Reason::extended_echo_off});
  expect_types6_silent({160, 160, Reason::extended_echo_off});
}

TEST(Icmpv6Reception, ICMP6_RX_001_unknown_informational_types) {
  expect_types6_silent({162, 255, Reason::icmp6_type_unknown});
}

// RFC 4443 4.2 leaves an unexpected reply to a process that may want it; here none does.
TEST(Icmpv6Reception, Replies_that_nobody_waits_for) {
  expect_types6_silent({129, 129, Reason::icmp6_reply_unsolicited});
  expect_types6_silent({161, 161, Reason::icmp6_reply_unsolicited});
}

// ICMP6-RX-002: no owner, no reply
TEST(Icmpv6Reception, ICMP6_RX_002_errors_of_known_and_unknown_types) {
  expect_types6_silent({0, 127, Reason::icmp6_error_about_foreign_packet});
}

// ICMP6-RX-003: an owner that cannot be found
TEST(Icmpv6Reception, ICMP6_RX_003_errors_whose_quote_is_cut_anywhere) {
  Host host;
  for (const bool own : {false, true})
    for (const Packet& error :
         errors_quoting6(udp6({.source = own ? "2001:db8::2" : "2001:db8:5::5", .destination = "2001:db8::1"}))) {
      const std::size_t quoted = error.size() - 48;
      const bool is_too_big = icmp6_type(error) == 2;
      Reason expected = Reason::icmp6_error_about_our_packet;
      if (is_too_big) expected = Reason::ipv6_path_mtu_of_packet_not_sent;
      if (quoted < 48 && !is_too_big) expected = Reason::icmp6_error_upper_layer_missing;
      if (!own) expected = Reason::icmp6_error_about_foreign_packet;
      if (quoted < 40) expected = Reason::icmp6_error_quote_cut_short;
      EXPECT_SILENT(host, error, expected);
    }
}

/// A message of `size` octets, zeros but for its type, whose checksum (if it holds one) is right.
Packet short_message6(unsigned type, std::size_t size) {
  Packet message(size);
  if (size > 0) message[0] = static_cast<std::uint8_t>(type);
  Packet pseudo_header = hex("20010db8000000000000000000000001 20010db8000000000000000000000002 00000000 0000003a");
  set_be32(pseudo_header, 32, static_cast<std::uint32_t>(size));
  if (size >= 4) set_be16(message, 2, plain_checksum(pseudo_header + message));
  return ipv6({}, message);
}

TEST(Icmpv6Reception, ICMP6_RX_004_shorter_than_the_header_of_the_message) {
  Host host;
  for (const unsigned type : {1U, 100U, 128U, 129U})
    for (std::size_t size = 0; size < 8; ++size)
      EXPECT_SILENT(host, short_message6(type, size), Reason::icmp6_too_short);
  for (std::size_t size = 0; size < 4; ++size) EXPECT_SILENT(host, short_message6(200, size), Reason::icmp6_too_short);
  // Other messages are as short as 4 octets; that also shows that the checksums above are right.
  for (std::size_t size = 4; size < 8; ++size)
    EXPECT_SILENT(host, short_message6(200, size), Reason::icmp6_type_unknown);
}

TEST(Icmpv6Reception, ICMP6_RX_004_wrong_checksum) {
  Host host;
  for (const unsigned type : {1U, 128U, 129U, 135U, 200U}) {
    Packet packet = message6(type);
    set_be16(packet, 42, be16(packet, 42) + 1U);
    EXPECT_SILENT(host, packet, Reason::icmp6_checksum_wrong);
  }
}

TEST(Icmpv6Reception, ICMP6_RX_006_node_information) {
  expect_types6_silent({139, 140, Reason::icmp6_node_information});
}

TEST(Icmpv6Reception, ICMP6_RX_007_messages_for_others) {
  expect_types6_silent({138, 138, Reason::icmp6_type_ignored});
  expect_types6_silent({141, 142, Reason::icmp6_type_ignored});
  expect_types6_silent({144, 159, Reason::icmp6_type_ignored});
}

}  // namespace
}  // namespace tunstack::test::icmp_reception_test
