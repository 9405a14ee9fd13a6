// Messages of Neighbor Discovery that arrived: their fields, and what is no such message.
#include "protocols/wire/ndp.hpp"
#include "protocols/wire/router_advertisement.hpp"
#include "tests/support/frames.hpp"

namespace tunstack::test::nd_views_test {
namespace {

const Packet address = octets_of("2001:db8::1");
const Packet router_solicitation = hex("85 00 0000 ffffffff");
const Packet neighbor_solicitation = hex("87 00 0000 ffffffff") + address;
const Packet neighbor_advertisement = hex("88 00 0000 a0ffffff") + address;
const Packet router_advertisement = hex("86 00 0000 40 c8 0708 00007530 000003e8");

/// Every message of `view` shorter than its fixed part, and with options that overrun it.
template <class View>
void refuses_what_is_malformed(const Packet& fixed_part) {
  for (std::size_t size = 0; size < fixed_part.size(); ++size) {
    const auto cut = View::parse(part(fixed_part, 0, size));
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error(), Reason::nd_message_too_short) << size;
  }
  EXPECT_TRUE(View::parse(fixed_part));
  for (const Packet& bad : {hex("01"), hex("01 00 0000 00000000"), hex("01 02 0000 00000000"),
                            source_option(peer_mac) + hex("fd 01 0000 0000 00")}) {
    const auto overrun = View::parse(fixed_part + bad);
    ASSERT_FALSE(overrun);
    EXPECT_EQ(overrun.error(), Reason::nd_option_malformed);
  }
  const Packet with_option = fixed_part + nd_option_of(200, counting(20));
  const auto view = View::parse(with_option);
  ASSERT_TRUE(view) << "unknown options are well formed";
  EXPECT_EQ(view->options().data(), with_option.data() + fixed_part.size());
  EXPECT_EQ(view->options().size(), 24U);
  EXPECT_EQ(view->code(), 0);
}

TEST(NdViews, ND_GEN_003_what_is_malformed) {
  refuses_what_is_malformed<RouterSolicitationView>(router_solicitation);
  refuses_what_is_malformed<NeighborSolicitationView>(neighbor_solicitation);
  refuses_what_is_malformed<NeighborAdvertisementView>(neighbor_advertisement);
  refuses_what_is_malformed<RouterAdvertisementView>(router_advertisement);
}

TEST(NdViews, ND_RS_004_router_solicitation) {
  EXPECT_EQ(RouterSolicitationView::of(router_solicitation).source_mac(), std::nullopt);
  EXPECT_EQ(RouterSolicitationView::of(router_solicitation + target_option(peer_mac)).source_mac(), std::nullopt);
  const Packet message = router_solicitation + nd_option_of(200, {}) + source_option(peer_mac);
  EXPECT_EQ(RouterSolicitationView::of(message).source_mac(), mac_address(peer_mac));
}

TEST(NdViews, ND_NS_001_neighbor_solicitation) {
  const Packet message = neighbor_solicitation + hex("0e01 010203040506") + source_option(peer_mac);
  const auto view = NeighborSolicitationView::of(message);
  EXPECT_EQ(to_text(view.target()), "2001:db8::1");
  EXPECT_EQ(view.source_mac(), mac_address(peer_mac));
  EXPECT_EQ(view.nonce(), (NdNonce{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(NeighborSolicitationView::of(neighbor_solicitation).nonce(), std::nullopt);
  const Packet long_nonce = neighbor_solicitation + nd_option_of(14, counting(14));
  EXPECT_EQ(NeighborSolicitationView::of(long_nonce).nonce(), std::nullopt) << "another size is none of ours";
}

TEST(NdViews, ND_NA_005_neighbor_advertisement) {
  struct Row {
    std::uint8_t flags;
    bool router, solicited, overrides;
  };
  for (const Row& row : {Row{0x80, true, false, false}, Row{0x40, false, true, false}, Row{0x20, false, false, true},
                         Row{0x1f, false, false, false}, Row{0xff, true, true, true}}) {
    Packet message = neighbor_advertisement + source_option(own_mac) + target_option(peer_mac);
    message[4] = row.flags;
    const auto view = NeighborAdvertisementView::of(message);
    EXPECT_EQ(view.flags(), row.flags);
    EXPECT_EQ(view.is_from_router(), row.router) << +row.flags;
    EXPECT_EQ(view.is_solicited(), row.solicited) << +row.flags;
    EXPECT_EQ(view.overrides(), row.overrides) << +row.flags;
    EXPECT_EQ(to_text(view.target()), "2001:db8::1");
    EXPECT_EQ(view.target_mac(), mac_address(peer_mac));
  }
  EXPECT_EQ(NeighborAdvertisementView::of(neighbor_advertisement).target_mac(), std::nullopt);
}

TEST(NdViews, ND_RA_003_router_advertisement) {
  const Packet message = router_advertisement + source_option(peer_mac);
  const auto view = RouterAdvertisementView::of(message);
  EXPECT_EQ(view.hop_limit(), 64);
  EXPECT_TRUE(view.managed());
  EXPECT_TRUE(view.other());
  EXPECT_EQ(view.preference(), RouterPreference::high);
  EXPECT_EQ(view.lifetime(), 1800);
  EXPECT_EQ(view.reachable_time(), 30'000U);
  EXPECT_EQ(view.retransmit_time(), 1000U);
  EXPECT_EQ(view.source_mac(), mac_address(peer_mac));
}

TEST(NdViews, ND_RA_009_flags_of_a_router_advertisement) {
  const auto flags = [](std::uint8_t octet) {
    Packet message = router_advertisement;
    message[5] = octet;
    const auto view = RouterAdvertisementView::of(message);
    return std::tuple(view.managed(), view.other(), view.preference());
  };
  EXPECT_EQ(flags(0x80), std::tuple(true, false, RouterPreference::medium));
  EXPECT_EQ(flags(0x40), std::tuple(false, true, RouterPreference::medium));
  EXPECT_EQ(flags(0x08), std::tuple(false, false, RouterPreference::high));
  EXPECT_EQ(flags(0x10), std::tuple(false, false, RouterPreference::reserved));
  EXPECT_EQ(flags(0x18), std::tuple(false, false, RouterPreference::low));
  EXPECT_EQ(flags(0x27), std::tuple(false, false, RouterPreference::medium)) << "others are reserved";
}

}  // namespace
}  // namespace tunstack::test::nd_views_test
