// ICMPv6 messages: what is taken, and the checksums of what leaves.
#include "protocols/wire/icmpv6.hpp"

#include <gtest/gtest.h>

#include "protocols/wire/ipv6.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::icmpv6_test {
namespace {

const Ipv6Fields there{};
const Ipv6Fields back{.source = there.destination, .destination = there.source};

ChecksumSum pseudo_header(const Ipv6Fields& ip, std::size_t length) {
  return pseudo_header_sum(parse_address(ip.source)->ipv6(), parse_address(ip.destination)->ipv6(), 58, length);
}

MaybeReason fault_of(const Packet& message) {
  const auto view = Icmpv6View::parse({message, pseudo_header(there, message.size())});
  return view ? MaybeReason{} : MaybeReason(view.error());
}

/// A message cut to `size` octets whose checksum is right again if it has room for one.
Packet cut_message(unsigned type, std::size_t size) {
  Packet message(size);
  if (size > 0) message[0] = static_cast<std::uint8_t>(type);
  if (size >= 4) set_be16(message, 2, internet_checksum(message, pseudo_header(there, size)));
  return message;
}

Packet written(const Icmpv6EchoReply& reply, const Ipv6Fields& ip) {
  Packet bytes(reply.size(), 0xee);
  reply.write(bytes);
  set_be16(bytes, 2, 0);
  set_be16(bytes, 2, reply.checksum(bytes, pseudo_header(ip, bytes.size())));
  return bytes;
}

TEST(Icmpv6View, gives_type_code_and_message) {
  const Packet message = icmpv6(there, 128, 9, 0x01020304, counting(3));
  const auto view = Icmpv6View::parse({message, pseudo_header(there, message.size())});
  ASSERT_TRUE(view);
  EXPECT_EQ(view->type(), 128);
  EXPECT_EQ(view->code(), 9);
  EXPECT_EQ(Packet(view->bytes().begin(), view->bytes().end()), message);
}

TEST(Icmpv6View, ICMP6_RX_004_errors_and_echo_have_at_least_8_octets) {
  for (const unsigned type : {0U, 1U, 4U, 127U, 128U, 129U}) {
    for (std::size_t size = 0; size < 8; ++size)
      EXPECT_EQ(fault_of(cut_message(type, size)), MaybeReason(Reason::icmp6_too_short)) << type << ", " << size;
    EXPECT_EQ(fault_of(cut_message(type, 8)), MaybeReason{}) << type;
  }
}

TEST(Icmpv6View, ICMP6_RX_004_other_messages_have_at_least_4_octets) {
  for (const unsigned type : {130U, 135U, 255U}) {
    for (std::size_t size = 0; size < 4; ++size)
      EXPECT_EQ(fault_of(cut_message(type, size)), MaybeReason(Reason::icmp6_too_short)) << type << ", " << size;
    for (std::size_t size = 4; size < 9; ++size) EXPECT_EQ(fault_of(cut_message(type, size)), MaybeReason{}) << type;
  }
}

TEST(Icmpv6View, CKSUM_005_every_wrong_checksum_is_refused) {
  const Packet message = icmpv6(there, 128, 0, 0x05010001, counting(57));
  for (std::size_t at = 0; at < message.size(); ++at) {
    Packet changed = message;
    changed[at] ^= 0x80;
    EXPECT_EQ(fault_of(changed), MaybeReason(Reason::icmp6_checksum_wrong)) << "octet " << at;
  }
}

TEST(Icmpv6View, CKSUM_005_checksum_without_or_with_another_pseudo_header_is_refused) {
  EXPECT_EQ(fault_of(icmpv4(128, 0, 0x05010001, counting(8))), MaybeReason(Reason::icmp6_checksum_wrong));
  EXPECT_EQ(fault_of(icmpv6({.source = "2001:db8::3"}, 128, 0, 1)), MaybeReason(Reason::icmp6_checksum_wrong));
}

TEST(Icmpv6EchoReplyMessage, ICMP6_ECHO_001_all_but_type_and_checksum_is_copied) {
  const Packet request = icmpv6(there, 128, 0, 0xbeef0007, counting(56));
  EXPECT_EQ(written({request}, back), icmpv6(back, 129, 0, 0xbeef0007, counting(56)));
}

TEST(Icmpv6EchoReplyMessage, ICMP6_ECHO_006_the_code_becomes_0) {
  for (unsigned code = 0; code < 256; ++code) {
    const Packet request = icmpv6(there, 128, code, 7, counting(5));
    EXPECT_EQ(written({request}, back), icmpv6(back, 129, 0, 7, counting(5))) << code;
  }
}

// The checksum is updated, not summed: going through all sequence numbers goes through all checksums.
TEST(Icmpv6EchoReplyMessage, CKSUM_003_the_checksum_is_that_of_a_sum_for_every_value) {
  for (unsigned sequence = 0; sequence <= 0xffff; ++sequence)
    ASSERT_EQ(written({icmpv6(there, 128, 0, sequence)}, back), icmpv6(back, 129, 0, sequence)) << sequence;
}

TEST(Icmpv6EchoReplyMessage, CKSUM_005_reply_from_another_address_is_summed_again) {
  const Ipv6Fields to_group{.destination = "ff02::1"};
  const Packet request = icmpv6(to_group, 128, 0, 7, counting(56));
  EXPECT_EQ(written({request, false}, back), icmpv6(back, 129, 0, 7, counting(56)));
}

}  // namespace
}  // namespace tunstack::test::icmpv6_test
