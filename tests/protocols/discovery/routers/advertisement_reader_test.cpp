// A router advertisement as a host takes it in.
#include "protocols/discovery/routers/advertisement_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/packets.hpp"

namespace tunstack::test::advertisement_reader_test {
namespace {

using namespace std::chrono_literals;
using discovery::AdvertisementNews;
using discovery::HostRouting;
using discovery::LinkParameters;
using discovery::PrefixList;
using discovery::RouterList;
using discovery::RouterSolicitor;
using testing::ElementsAre;
using testing::SizeIs;

constexpr Instant start = Instant{} + 100s;
const Ipv6Address router = parse_address("fe80::1")->ipv6();
const Ipv6Address other_router = parse_address("fe80::2")->ipv6();

/// The fixed part: type, code, checksum, then hop limit, flags, lifetime, reachable time, retransmit time.
Packet advertisement(std::string_view rest, const Packet& options = {}) {
  return hex("8600 0000") + hex(rest) + options;
}
constexpr std::string_view plain = "00 00 0708 00000000 00000000";  // half an hour, and nothing else

struct PrefixOption {
  std::string_view address = "2001:db8:1::";
  unsigned length = 64;
  unsigned flags = 0xc0;  // L 0x80, A 0x40
  std::uint32_t valid = 1000;
  std::uint32_t preferred = 500;
};
Packet option(const PrefixOption& fields) {
  Packet option(32);
  option[0] = 3;
  option[1] = 4;
  option[2] = static_cast<std::uint8_t>(fields.length);
  option[3] = static_cast<std::uint8_t>(fields.flags);
  set_be32(option, 4, fields.valid);
  set_be32(option, 8, fields.preferred);
  parse_address(fields.address)->ipv6().store(option, 16);
  return option;
}
const Packet mac_option = hex("0101 02000000000a");
const Packet mtu_option = hex("0501 0000 00000578");  // 1400

struct Host {
  Random random{1};
  HostRouting routing{RouterList(), PrefixList(), LinkParameters({}, start, random),
                      RouterSolicitor({}, start, random)};

  AdvertisementNews hear(const Packet& message, const Ipv6Address& from = router, Instant now = start) {
    return read_advertisement(routing, message, {.address = from}, now, random);
  }
  /// The prefixes that a message offers for addresses.
  std::vector<std::string> offered(const Packet& message) {
    std::vector<std::string> texts;
    auto news = hear(message);
    while (const auto told = news.prefixes.next()) texts.push_back(to_text(IpPrefix{told->prefix, told->length}));
    return texts;
  }
  bool is_on_link(std::string_view address, Instant now = start) const {
    return routing.prefixes.is_on_link(*parse_address(address), now);
  }
};

TEST(AdvertisementReader, ND_RA_012_ND_RA_014_the_fixed_part) {
  Host host;
  host.hear(advertisement("21 c8 0708 000003e8 000007d0"));
  const auto* known = host.routing.routers.find(router);
  ASSERT_NE(known, nullptr);
  EXPECT_EQ(known->expires, start + 1800s);
  EXPECT_EQ(known->preference, 1);
  const auto& link = host.routing.link.values();
  EXPECT_EQ(link.hop_limit, 33);
  EXPECT_EQ(link.base_reachable_time, 1s);
  EXPECT_EQ(link.retransmit_time, 2s);
  EXPECT_TRUE(link.managed);
  EXPECT_TRUE(link.other);
}

TEST(AdvertisementReader, ND_RA_019_preferences) {
  for (const auto& [flags, preference] : {std::pair{"00", 0}, {"08", 1}, {"10", 0}, {"18", -1}, {"e7", 0}}) {
    Host host;
    host.hear(advertisement("00" + std::string(flags) + "0708 00000000 00000000"));
    EXPECT_EQ(host.routing.routers.find(router)->preference, preference) << flags;
  }
}

TEST(AdvertisementReader, ND_RA_012_a_router_that_is_no_default_router_still_tells) {
  Host host;
  host.hear(advertisement(plain));
  const Packet told = option({}) + mtu_option + mac_option;
  const auto news = host.hear(advertisement("21 80 0000 00000000 00000000", told));
  EXPECT_TRUE(host.routing.routers.routers().empty()) << "removed at once";
  EXPECT_TRUE(host.is_on_link("2001:db8:1::7"));
  EXPECT_EQ(host.routing.link.values().mtu, 1400U);
  EXPECT_EQ(host.routing.link.values().hop_limit, 33);
  EXPECT_TRUE(host.routing.link.values().managed);
  EXPECT_EQ(news.router_mac, parse_mac_address("02:00:00:00:00:0a"));
}

TEST(AdvertisementReader, ND_RS_001_only_a_default_router_ends_the_solicitations) {
  Host host;
  ASSERT_TRUE(host.routing.solicitor.take_due(start + 1s, host.random));
  host.hear(advertisement("40 00 0000 00000000 00000000"));
  EXPECT_NE(host.routing.solicitor.next_deadline(), discovery::no_end);
  host.hear(advertisement(plain));
  EXPECT_EQ(host.routing.solicitor.next_deadline(), discovery::no_end);
}

TEST(AdvertisementReader, ND_RA_013_zero_says_nothing) {
  Host host;
  host.hear(advertisement("21 00 0708 000003e8 000007d0"));
  host.hear(advertisement(plain));
  const auto& link = host.routing.link.values();
  EXPECT_EQ(link.hop_limit, 33);
  EXPECT_EQ(link.base_reachable_time, 1s);
  EXPECT_EQ(link.retransmit_time, 2s);
}

TEST(AdvertisementReader, ND_RA_015_ND_GEN_005_the_address_of_the_router) {
  struct Case {
    const char* what;
    Packet options;
    bool found;
  };
  for (const Case& c : {
           Case{"none", {}, false},
           Case{"alone", mac_option, true},
           Case{"another length counts as none", hex("0102 02000000000a") + Packet(8), false},
           Case{"a good one behind it", hex("0102 03000000000b") + Packet(8) + mac_option, true},
           Case{"that of a target is not defined here", hex("0201 02000000000a"), false},
       }) {
    const auto news = Host().hear(advertisement(plain, c.options));
    EXPECT_EQ(news.router_mac ? to_text(*news.router_mac) : "", c.found ? "02:00:00:00:00:0a" : "") << c.what;
  }
}

TEST(AdvertisementReader, ND_GEN_004_options_in_any_order_and_number_between_unknown_ones) {
  const Packet unknown = hex("c802 ffffffffffff ffffffffffffffff");
  const Packet undefined = hex("0201 020000000bad") + hex("0401 000000000000");
  const Packet message = advertisement(plain, unknown + option({"2001:db8:1::"}) + undefined + mtu_option + unknown +
                                                  option({"2001:db8:2::"}) + mac_option + undefined);
  Host host;
  auto news = host.hear(message);
  EXPECT_TRUE(host.is_on_link("2001:db8:1::7"));
  EXPECT_TRUE(host.is_on_link("2001:db8:2::7"));
  EXPECT_EQ(host.routing.link.values().mtu, 1400U);
  EXPECT_TRUE(news.router_mac.has_value());
  EXPECT_EQ(to_text(news.prefixes.next()->prefix), "2001:db8:1::");
  EXPECT_EQ(to_text(news.prefixes.next()->prefix), "2001:db8:2::");
  EXPECT_FALSE(news.prefixes.next());
}

TEST(AdvertisementReader, ND_RA_016_mtu_options) {
  for (const auto& [mtu, result] : {std::pair{"00000578", 1400U}, {"000004ff", 1500U}, {"00002328", 1500U}}) {
    Host host;
    host.hear(advertisement(plain, hex("0501 0000" + std::string(mtu))));
    EXPECT_EQ(host.routing.link.values().mtu, result) << mtu;
  }
  Host host;
  host.hear(advertisement(plain, hex("0502 0000 00000578") + Packet(8)));
  EXPECT_EQ(host.routing.link.values().mtu, 1500U) << "of another length";
}

TEST(AdvertisementReader, ND_RA_017_ND_RA_022_prefixes_on_the_link) {
  struct Case {
    const char* what;
    PrefixOption option;
    bool on_link;
  };
  for (const Case& c : {
           Case{"both", {}, true},
           Case{"L alone", {.flags = 0x80}, true},
           Case{"A alone", {.flags = 0x40}, false},
           Case{"neither", {.flags = 0x3f}, false},
           Case{"valid 0", {.valid = 0, .preferred = 0}, false},
           Case{"preferred as long as valid", {.valid = 500}, true},
           Case{"preferred longer than valid", {.valid = 499}, true},
           Case{"preferred for ever", {.preferred = 0xffffffff}, true},
           Case{"both for ever", {.valid = 0xffffffff, .preferred = 0xffffffff}, true},
           Case{"128 bits", {.address = "2001:db8:1::7", .length = 128}, true},
           Case{"129 bits", {.address = "2001:db8:1::7", .length = 129}, false},
           Case{"255 bits", {.address = "2001:db8:1::7", .length = 255}, false},
       }) {
    Host host;
    const auto offered = host.offered(advertisement(plain, option(c.option)));
    EXPECT_EQ(host.is_on_link("2001:db8:1::7"), c.on_link) << c.what;
    EXPECT_EQ(offered.size(), 1U) << c.what << ": what may give an address is not decided here";
    EXPECT_EQ(host.routing.prefixes.prefixes().size(), c.on_link ? 2U : 1U) << c.what;
  }
}

TEST(AdvertisementReader, ND_RA_017_link_local_and_multicast_prefixes_are_never_on_the_link) {
  for (const std::string_view address : {"fe80::", "fe80:0:0:1::", "febf::", "ff02::", "ff0e::"}) {
    Host host;
    EXPECT_THAT(host.offered(advertisement(plain, option({address}))), SizeIs(1)) << address;
    EXPECT_EQ(host.routing.prefixes.prefixes().size(), 1U) << address;
  }
}

TEST(AdvertisementReader, ND_RA_017_a_prefix_option_of_another_length_is_ignored) {
  Packet longer = option({}) + Packet(8);
  longer[1] = 5;
  Host host;
  EXPECT_THAT(host.offered(advertisement(plain, longer + option({"2001:db8:2::"}))), ElementsAre("2001:db8:2::/64"));
  EXPECT_FALSE(host.is_on_link("2001:db8:1::7"));
  EXPECT_TRUE(host.is_on_link("2001:db8:2::7"));
}

TEST(AdvertisementReader, SLAAC_002_the_lifetimes_come_along) {
  Host host;
  const Packet message = advertisement(plain, option({.valid = 7, .preferred = 3}));
  auto news = host.hear(message);
  const auto told = news.prefixes.next();
  EXPECT_EQ(told->valid, 7U);
  EXPECT_EQ(told->preferred, 3U);
}

TEST(AdvertisementReader, ND_RA_020_what_one_router_gave_stays_whatever_another_says) {
  Host host;
  host.hear(advertisement(plain, option({}) + mtu_option));
  host.hear(advertisement(plain), other_router);
  host.hear(advertisement(plain, option({"2001:db8:2::"})), other_router);
  host.hear(advertisement("00 00 0000 00000000 00000000"), other_router);
  EXPECT_NE(host.routing.routers.find(router), nullptr);
  EXPECT_EQ(host.routing.routers.find(other_router), nullptr);
  EXPECT_TRUE(host.is_on_link("2001:db8:1::7"));
  EXPECT_TRUE(host.is_on_link("2001:db8:2::7"));
  EXPECT_EQ(host.routing.link.values().mtu, 1400U);
}

}  // namespace
}  // namespace tunstack::test::advertisement_reader_test
