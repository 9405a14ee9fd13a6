// ICMPv4 messages: what is taken, and the checksums of what leaves.
#include "protocols/wire/icmpv4.hpp"

#include <gtest/gtest.h>

#include "protocols/wire/icmp_error.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::icmpv4_test {
namespace {

MaybeReason fault_of(const Packet& message) {
  const auto view = Icmpv4View::parse(message);
  return view ? MaybeReason{} : MaybeReason(view.error());
}

Packet written(const Icmpv4EchoReply& reply) {
  Packet bytes(reply.size(), 0xee);
  reply.write(bytes);
  set_be16(bytes, 2, 0);
  set_be16(bytes, 2, reply.checksum(bytes, 0));
  return bytes;
}

/// What the reply must be: a new message, summed from scratch.
Packet expected_reply(const Packet& request) {
  Packet reply = request;
  reply[0] = 0;
  set_be16(reply, 2, 0);
  set_be16(reply, 2, plain_checksum(reply));
  return reply;
}

TEST(Icmpv4View, gives_type_code_and_message) {
  const Packet message = icmpv4(8, 5, 0x01020304, counting(3));
  const auto view = Icmpv4View::parse(message);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->type(), 8);
  EXPECT_EQ(view->code(), 5);
  EXPECT_EQ(Packet(view->bytes().begin(), view->bytes().end()), message);
}

TEST(Icmpv4View, ICMP4_RX_001_at_least_8_octets) {
  // Zeros with a right checksum, so that the length alone decides.
  for (std::size_t size = 0; size < 8; ++size) {
    Packet message(size);
    if (size >= 4) set_be16(message, 2, 0xffff);
    EXPECT_EQ(fault_of(message), MaybeReason(Reason::icmp4_too_short)) << size;
  }
  EXPECT_EQ(fault_of(icmpv4(8, 0, 0)), MaybeReason{});
}

TEST(Icmpv4View, ICMP4_RX_001_every_wrong_checksum_is_refused) {
  const Packet message = icmpv4(8, 0, 0x05010001, counting(57));
  for (std::size_t at = 0; at < message.size(); ++at) {
    Packet changed = message;
    changed[at] ^= 0x80;
    EXPECT_EQ(fault_of(changed), MaybeReason(Reason::icmp4_checksum_wrong)) << "octet " << at;
  }
}

TEST(Icmpv4EchoReplyMessage, ICMP4_ECHO_001_all_but_type_and_checksum_is_copied) {
  const Packet request = icmpv4(8, 0, 0xbeef0007, counting(56));
  EXPECT_EQ(written({request}), expected_reply(request));
}

TEST(Icmpv4EchoReplyMessage, ICMP4_ECHO_007_the_code_is_copied) {
  for (unsigned code = 0; code < 256; ++code) {
    const Packet request = icmpv4(8, code, 0x05010001, counting(5));
    EXPECT_EQ(written({request}), expected_reply(request)) << code;
  }
}

// The checksum is updated, not summed: going through all sequence numbers goes through all checksums.
TEST(Icmpv4EchoReplyMessage, CKSUM_003_the_checksum_is_that_of_a_sum_for_every_value) {
  for (unsigned sequence = 0; sequence <= 0xffff; ++sequence) {
    const Packet request = icmpv4(8, 0, sequence);
    ASSERT_EQ(written({request}), expected_reply(request)) << sequence;
  }
}

// All zeros sum to 0, so their checksum is 0xffff; an update alone would write 0x0000, which is not intact.
TEST(Icmpv4EchoReplyMessage, CKSUM_002_reply_of_zeros_has_the_checksum_of_ones) {
  for (const std::size_t size : {0U, 1U, 56U}) {
    const Packet reply = written({icmpv4(8, 0, 0, Packet(size))});
    EXPECT_EQ(be16(reply, 2), 0xffff);
    EXPECT_EQ(plain_checksum(reply), 0) << size;
  }
}

// 0xffff in place of 0x0000 is intact too (it is minus zero); the reply must be right all the same.
TEST(Icmpv4EchoReplyMessage, CKSUM_002_request_with_minus_zero_for_a_checksum) {
  Packet request = icmpv4(8, 0, 0xf7ff);
  ASSERT_EQ(be16(request, 2), 0x0000);
  set_be16(request, 2, 0xffff);
  ASSERT_TRUE(Icmpv4View::parse(request));
  EXPECT_EQ(written({request}), expected_reply(request));
}

TEST(IcmpErrorMessage, ICMP4_ERR_001_type_code_field_and_quote) {
  const Packet quote = counting(29);
  const IcmpError error{12, 1, 0x0a0b0c0d, quote};
  Packet bytes(error.size(), 0xee);
  error.write(bytes);
  set_be16(bytes, 2, 0);
  set_be16(bytes, 2, error.checksum(bytes, 0));
  EXPECT_EQ(bytes, icmpv4(12, 1, 0x0a0b0c0d, quote));
}

}  // namespace
}  // namespace tunstack::test::icmpv4_test
