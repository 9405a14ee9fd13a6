// Echo requests over IPv4.
#include "tests/support/host.hpp"

namespace tunstack::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(Icmpv4Echo, ICMP4_ECHO_001_one_reply_with_the_same_identifier_sequence_and_data) {
  Host host;
  const Packet request = echo4({}, counting(56), 0xbeef0007);
  const Packet reply = host.answer(request);
  EXPECT_EQ(source_of(reply), "192.0.2.2");
  EXPECT_EQ(destination_of(reply), "192.0.2.1");
  EXPECT_EQ(icmp4_type(reply), 0U);
  EXPECT_EQ(icmp4_code(reply), 0U);
  EXPECT_EQ(from(reply, 24), from(request, 24));
  EXPECT_EQ(host.count(Reason::icmp4_echo_request_for_us), 1U);
}

TEST(Icmpv4Echo, ICMP4_ECHO_002_all_data_is_returned_up_to_the_mtu) {
  for (const std::size_t size : {0U, 1U, 55U, 1471U, 1472U}) {
    Host host;
    const Packet request = echo4({}, counting(size));
    EXPECT_EQ(from(host.answer(request), 24), from(request, 24)) << size << " octets";
  }
}

TEST(Icmpv4Echo, ICMP4_ECHO_005_switched_off) {
  Host host({"icmp4.echo=off"});
  EXPECT_THAT(host.send(echo4()), IsEmpty());
  EXPECT_EQ(host.count(Reason::icmp4_echo_off), 1U);
  EXPECT_THAT(host.send(udp4()), SizeIs(1)) << "all else goes on";
}

}  // namespace
}  // namespace tunstack::test
