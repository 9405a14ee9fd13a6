// Redirects as they arrive, of both families.
#include "protocols/wire/redirects.hpp"

#include "tests/support/frames.hpp"

namespace tunstack::test::redirects_test {
namespace {

TEST(RedirectViews, ICMP4_RED_014_of_version_4) {
  const Packet quote = ipv4({.source = "192.0.2.2", .destination = "198.51.100.7"}, counting(8));
  const Packet message = icmpv4(5, 3, 0xc0000263, quote);
  for (std::size_t size = 0; size < 8; ++size) EXPECT_FALSE(Icmpv4RedirectView::parse(part(message, 0, size))) << size;
  const auto view = Icmpv4RedirectView::parse(message);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->code(), 3);
  EXPECT_EQ(to_text(view->gateway()), "192.0.2.99");
  EXPECT_EQ(view->quote().data(), message.data() + 8) << "a view of the message";
  EXPECT_EQ(view->quote().size(), 28U);
  EXPECT_TRUE(Icmpv4RedirectView::of(part(message, 0, 8)).quote().empty());
}

const Packet fixed_part = hex("89 00 0000 ffffffff") + octets_of("fe80::9") + octets_of("2001:db8::63");

TEST(RedirectViews, ND_RED_005_of_version_6) {
  for (std::size_t size = 0; size < 40; ++size) {
    const auto cut = Icmpv6RedirectView::parse(part(fixed_part, 0, size));
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error(), Reason::nd_message_too_short);
  }
  const Packet with_options = fixed_part + source_option(own_mac) + target_option(peer_mac);
  const auto view = Icmpv6RedirectView::parse(with_options);
  ASSERT_TRUE(view);
  EXPECT_EQ(to_text(view->target()), "fe80::9");
  EXPECT_EQ(to_text(view->destination()), "2001:db8::63");
  EXPECT_TRUE(view->target_is_router());
  EXPECT_EQ(view->target_mac(), mac_address(peer_mac)) << "not that of the source";
  EXPECT_EQ(view->options().data(), with_options.data() + 40);
  EXPECT_EQ(Icmpv6RedirectView::parse(with_options + hex("04")).error(), Reason::nd_option_malformed);
}

TEST(RedirectViews, ND_RED_006_to_a_neighbor) {
  const Packet message = part(fixed_part, 0, 8) + octets_of("2001:db8::63") + octets_of("2001:db8::63");
  const auto view = Icmpv6RedirectView::parse(message);
  ASSERT_TRUE(view);
  EXPECT_FALSE(view->target_is_router());
  EXPECT_EQ(view->target_mac(), std::nullopt);
}

}  // namespace
}  // namespace tunstack::test::redirects_test
