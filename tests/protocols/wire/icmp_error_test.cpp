// What the 32 bits behind the checksum of an error mean, of both families.
#include "protocols/wire/icmp_error.hpp"

#include <gtest/gtest.h>

#include "tests/support/packets.hpp"

namespace tunstack::test::icmp_error_test {
namespace {

using Field = std::optional<std::uint32_t>;

struct Case {
  unsigned type, code;
  std::uint32_t rest;
  Field pointer, mtu;
};

TEST(IcmpErrorViews, ICMP4_RX_005_pointer_and_mtu) {
  for (const Case& c : {Case{12, 0, 0x15ff'ffff, 21, {}}, Case{12, 1, 0xff00'0000, 255, {}},
                        Case{3, 4, 0xffff'0514, {}, 1300}, Case{3, 4, 0, {}, 0}, Case{3, 3, 0x1500'0514, {}, {}},
                        Case{11, 4, 0x1500'0514, {}, {}}, Case{4, 4, 0x1500'0514, {}, {}}}) {
    const Packet message = icmpv4(c.type, c.code, c.rest);
    const auto view = Icmpv4ErrorView::of(message);
    EXPECT_EQ(view.pointer(), c.pointer) << c.type << " " << c.code;
    EXPECT_EQ(view.mtu(), c.mtu) << c.type << " " << c.code;
    EXPECT_EQ(view.is_fragmentation_needed(), c.mtu.has_value()) << c.type << " " << c.code;
  }
}

TEST(IcmpErrorViews, ICMP6_RX_005_pointer_and_mtu) {
  for (const Case& c : {Case{4, 0, 0x0102'0304, 0x0102'0304, {}}, Case{4, 2, 0, 0, {}}, Case{2, 0, 1280, {}, 1280},
                        Case{2, 7, 0xffff'ffff, {}, 0xffff'ffff}, Case{1, 4, 5, {}, {}}, Case{3, 0, 5, {}, {}}}) {
    const Packet message = icmpv6({}, c.type, c.code, c.rest);
    const auto view = Icmpv6ErrorView::of(message);
    EXPECT_EQ(view.pointer(), c.pointer) << c.type << " " << c.code;
    EXPECT_EQ(view.mtu(), c.mtu) << c.type << " " << c.code;
  }
}

}  // namespace
}  // namespace tunstack::test::icmp_error_test
