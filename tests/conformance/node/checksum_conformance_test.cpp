// Checksums received and sent, against a plain sum word by word.
#include "protocols/base/checksum.hpp"
#include "tests/support/host.hpp"

namespace tunstack::test::checksum_conformance_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t checksum4 = 22;  // of ICMPv4, in the packet
constexpr std::size_t checksum6 = 42;

Packet with_be16(Packet packet, std::size_t at, unsigned value) {
  set_be16(packet, at, value);
  return packet;
}

/// What the checksum field must hold, by a sum over the whole message that was sent.
std::uint16_t full_checksum4(const Packet& packet) { return plain_checksum(from(with_be16(packet, checksum4, 0), 20)); }

std::uint16_t full_checksum6(const Packet& packet) {
  Packet summed = part(packet, 8, 32) + hex("00000000 0000003a") + from(with_be16(packet, checksum6, 0), 40);
  set_be32(summed, 32, static_cast<std::uint32_t>(packet.size() - 40));
  return plain_checksum(summed);
}

/// Octets without a pattern that a sum could hide in.
Packet scattered(std::size_t size) {
  Packet bytes(size);
  std::uint32_t state = 12345;
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

TEST(Checksum, CKSUM_001_known_vectors) {
  EXPECT_EQ(internet_checksum(hex("0001f203f4f5f6f7")), 0x220d);
  EXPECT_EQ(internet_checksum(hex("010203")), 0xfbfd) << "an odd last byte is padded on the right";
  EXPECT_EQ(internet_checksum(Packet{}), 0xffff);
  EXPECT_EQ(internet_checksum(Packet(2, 0xff)), 0x0000);
}

// CKSUM-001, CKSUM-002: every length up to beyond the block sizes, from every alignment
TEST(Checksum, CKSUM_002_every_length_and_alignment) {
  const Packet bytes = scattered(700);
  for (std::size_t start = 0; start < 17; ++start)
    for (std::size_t size = 0; start + size <= bytes.size(); ++size)
      ASSERT_EQ(internet_checksum(Bytes(bytes).subspan(start, size)), plain_checksum(part(bytes, start, size)))
          << size << " octets from " << start;
}

TEST(Checksum, CKSUM_002_no_carry_is_lost_in_long_data) {
  for (const std::size_t size : {1023U, 1024U, 1500U, 9000U, 65507U, 65534U, 65535U}) {
    EXPECT_EQ(internet_checksum(Packet(size, 0xff)), plain_checksum(Packet(size, 0xff))) << size;
    EXPECT_EQ(internet_checksum(scattered(size)), plain_checksum(scattered(size))) << size;
    // Sums of several parts start from a sum that may be full already.
    EXPECT_EQ(internet_checksum(scattered(size), 0xffffffffffffffff), plain_checksum(scattered(size), 0xffff)) << size;
  }
}

TEST(Checksum, CKSUM_002_a_whole_datagram_of_ones) {
  NodeConfig config = host_config();
  config.interfaces[0].mtu = 65535;
  Host host(config);
  const Packet request = echo4({}, Packet(65507, 0xff));
  const Packet reply = host.answer(request);
  EXPECT_EQ(be16(reply, checksum4), full_checksum4(reply));
  EXPECT_EQ(from(reply, 24), from(request, 24));
}

// ---- reception: of all values of the field only the right one is taken ----

/// How often `reason` is counted when the packet arrives with each of the 65536 values of its checksum field.
std::uint64_t accepted_values(Packet packet, std::size_t field, Reason reason) {
  Host host;
  for (unsigned value = 0; value <= 0xffff; ++value) {
    set_be16(packet, field, value);
    host.send(packet);
  }
  return host.count(reason);
}

TEST(Checksum, CKSUM_002_only_the_right_value_is_accepted) {
  EXPECT_EQ(accepted_values(echo4(), checksum4, Reason::icmp4_echo_request_for_us), 1U);
  EXPECT_EQ(accepted_values(echo6(), checksum6, Reason::icmp6_echo_request_for_us), 1U);
  const Ipv4Fields ip4{.protocol = 6};
  const Ipv6Fields ip6{.next_header = 6};
  EXPECT_EQ(accepted_values(ipv4(ip4, tcp(ip4, TcpFields{})), 36, Reason::tcp_port_closed), 1U);
  EXPECT_EQ(accepted_values(ipv6(ip6, tcp(ip6, TcpFields{})), 56, Reason::tcp_port_closed), 1U);
}

// CKSUM-007, CKSUM-008: zero means "no checksum" in IPv4 and is forbidden in IPv6.
TEST(Checksum, CKSUM_007_of_udp_only_the_right_value_is_accepted_and_zero_in_ipv4) {
  EXPECT_EQ(accepted_values(udp4(), 26, Reason::udp4_port_closed), 2U);
  EXPECT_EQ(accepted_values(udp6(), 46, Reason::udp6_port_closed), 1U);
}

TEST(Checksum, CKSUM_007_udp_over_ipv4) {
  Host host;
  const Packet packet = udp4();
  const Packet unchecked = with_be16(packet, 26, 0);
  const Packet error = host.answer(unchecked);
  EXPECT_EQ(icmp4_type(error), 3U);
  EXPECT_EQ(icmp4_code(error), 3U);
  EXPECT_EQ(from(error, 28), unchecked);
  EXPECT_SILENT(host, with_be16(packet, 26, be16(packet, 26) + 1U), Reason::udp_checksum_wrong);
  EXPECT_SILENT(host, with_be16(packet, 26, be16(packet, 26) - 1U), Reason::udp_checksum_wrong);
}

// The first half of CKSUM-008; no UDP is sent yet
TEST(Checksum, CKSUM_008_udp_over_ipv6) {
  Host host;
  const Packet packet = udp6();
  EXPECT_SILENT(host, with_be16(packet, 46, 0), Reason::udp6_checksum_zero);
  EXPECT_SILENT(host, with_be16(packet, 46, be16(packet, 46) + 1U), Reason::udp_checksum_wrong);
  EXPECT_THAT(host.send(packet), SizeIs(1));
}

// CKSUM-007, CKSUM-008: a sum that would give 0x0000 travels as 0xffff, and is right so.
TEST(Checksum, CKSUM_008_a_udp_checksum_of_ffff) {
  Host host;
  const Packet first4 = udp4({}, 33434, Packet(2));
  const Packet packet4 = udp4({}, 33434, part(first4, 26, 2));
  ASSERT_EQ(be16(packet4, 26), 0xffff);
  EXPECT_THAT(host.send(packet4), SizeIs(1));
  const Packet first6 = udp6({}, 33434, Packet(2));
  const Packet packet6 = udp6({}, 33434, part(first6, 46, 2));
  ASSERT_EQ(be16(packet6, 46), 0xffff);
  EXPECT_THAT(host.send(packet6), SizeIs(1));
}

// With an odd length the octet behind the end would be summed as if it were a part.
TEST(Checksum, CKSUM_004_octets_behind_the_total_length_are_not_summed) {
  for (const std::size_t size : {0U, 1U, 55U, 56U, 301U}) {
    Host host;
    const Packet request = echo4({}, scattered(size));
    EXPECT_EQ(from(host.answer(request + Packet(9, 0xa5)), 24), from(request, 24)) << size;
  }
}

TEST(Checksum, CKSUM_004_icmpv4_has_no_pseudo_header) {
  Host host;
  const Packet with_pseudo_header =
      with_be16(echo4({}, counting(8)), checksum4,
                plain_checksum(hex("c0000201 c0000202 0001 0010 0800 0000 0501 0001") + counting(8)));
  EXPECT_SILENT(host, with_pseudo_header, Reason::icmp4_checksum_wrong);
}

TEST(Checksum, CKSUM_005_each_field_of_the_pseudo_header_counts) {
  Host host;
  const auto with_sum_of = [](std::string_view pseudo_header) {
    const Packet message = hex("80 00 0000 0501 0001") + counting(8);
    return with_be16(ipv6({}, message), checksum6, plain_checksum(hex(pseudo_header) + message));
  };
  const auto silent = [&](std::string_view pseudo_header) {
    SCOPED_TRACE(pseudo_header);
    EXPECT_SILENT(host, with_sum_of(pseudo_header), Reason::icmp6_checksum_wrong);
  };
  constexpr std::string_view right =
      "20010db8000000000000000000000001 20010db8000000000000000000000002 00000010 0000003a";
  EXPECT_THAT(host.send(with_sum_of(right)), SizeIs(1));
  silent("");
  silent("20010db8000000000000000000000003 20010db8000000000000000000000002 00000010 0000003a");
  silent("20010db8000000000000000000000001 20010db8000000000000000000000003 00000010 0000003a");
  silent("20010db8000000000000000000000001 20010db8000000000000000000000002 00000018 0000003a");
  silent("20010db8000000000000000000000001 20010db8000000000000000000000002 00000010 00000001");
}

TEST(Checksum, CKSUM_005_any_bit_of_the_addresses_and_the_message_flipped) {
  Host host;
  const Packet whole = echo6({}, counting(21));
  for (std::size_t bit = 64; bit < whole.size() * 8; ++bit) {
    Packet packet = whole;
    packet[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
    EXPECT_THAT(host.send(packet), IsEmpty()) << "bit " << bit;
  }
  EXPECT_GE(host.count(Reason::icmp6_checksum_wrong), (whole.size() - 40) * 8);
  EXPECT_THAT(host.send(whole), SizeIs(1));
}

// ---- echo replies ----

// CKSUM-002, ICMP4-ECHO-001: an update in place yields 0x0000 here, which a full sum of zeros never does.
TEST(Checksum, CKSUM_002_an_echo_reply_of_zeros_has_the_checksum_ffff) {
  for (const std::size_t size : {0U, 1U, 2U, 56U, 57U, 1472U}) {
    Host host;
    const Packet reply = host.answer(echo4({}, Packet(size), 0));
    EXPECT_EQ(be16(reply, checksum4), 0xffff) << size;
    EXPECT_EQ(be16(reply, checksum4), full_checksum4(reply)) << size;
  }
}

// CKSUM-002, ICMP4-ECHO-001: where the right value is 0x0000, its other form 0xffff gives a full sum too.
TEST(Checksum, CKSUM_002_echo_requests_with_the_checksum_0000_or_ffff) {
  Host host;
  const Packet request4 = echo4({}, {}, 0xf7ff0000);
  ASSERT_EQ(be16(request4, checksum4), 0x0000);
  const std::uint32_t rest = static_cast<std::uint32_t>(be16(echo6({}, {}, 0), checksum6)) << 16;
  const Packet request6 = echo6({}, {}, rest);
  ASSERT_EQ(be16(request6, checksum6), 0x0000);
  for (const unsigned field : {0x0000U, 0xffffU}) {
    const Packet reply4 = host.answer(with_be16(request4, checksum4, field));
    EXPECT_EQ(be16(reply4, checksum4), 0x0800) << field;
    EXPECT_EQ(be16(reply4, checksum4), full_checksum4(reply4)) << field;
    const Packet reply6 = host.answer(with_be16(request6, checksum6, field));
    EXPECT_EQ(be16(reply6, checksum6), full_checksum6(reply6)) << field;
  }
}

// CKSUM-002, ICMP4-ECHO-001, ICMP6-ECHO-001: every identifier, so every checksum that a reply can have
TEST(Checksum, CKSUM_002_every_echo_reply_has_the_checksum_of_a_full_sum) {
  Host host;
  for (std::uint32_t id = 0; id <= 0xffff; ++id) {
    const std::uint32_t sequence = id % 7 == 0 ? 0 : id * 31 & 0xffff;
    const Packet reply4 = host.answer(echo4({}, {}, id << 16 | sequence));
    ASSERT_EQ(be16(reply4, checksum4), full_checksum4(reply4)) << id;
    const Packet reply6 = host.answer(echo6({}, {}, id << 16 | sequence));
    ASSERT_EQ(be16(reply6, checksum6), full_checksum6(reply6)) << id;
  }
}

// CKSUM-002, ICMP4-ECHO-001, ICMP6-ECHO-001: the second half of the 32 bits likewise
TEST(Checksum, CKSUM_002_every_sequence_number) {
  Host host;
  for (std::uint32_t sequence = 0; sequence <= 0xffff; ++sequence) {
    const Packet reply4 = host.answer(echo4({}, {}, sequence));
    ASSERT_EQ(be16(reply4, checksum4), full_checksum4(reply4)) << sequence;
    const Packet reply6 = host.answer(echo6({}, {}, sequence));
    ASSERT_EQ(be16(reply6, checksum6), full_checksum6(reply6)) << sequence;
  }
}

// ICMP4-ECHO-007, ICMP6-ECHO-006: the code is in the word that an update changes.
TEST(Checksum, CKSUM_002_every_code) {
  Host host;
  for (unsigned code = 0; code < 256; ++code)
    for (const std::uint32_t rest : {0U, 0xf7ff0000U, 0xffffffffU, 0x05010001U}) {
      const Packet reply4 = host.answer(ipv4({}, icmpv4(8, code, rest)));
      EXPECT_EQ(be16(reply4, checksum4), full_checksum4(reply4)) << code;
      const Packet reply6 = host.answer(ipv6({}, icmpv6({}, 128, code, rest)));
      EXPECT_EQ(be16(reply6, checksum6), full_checksum6(reply6)) << code;
    }
}

}  // namespace
}  // namespace tunstack::test::checksum_conformance_test
