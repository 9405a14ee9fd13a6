// Which router advertisements and solicitations are valid.
#include <gtest/gtest.h>

#include "protocols/discovery/nd_rules.hpp"
#include "tests/support/packets.hpp"

namespace tunstack::test::router_discovery_rules_test {
namespace {

using discovery::NdInput;

struct Message {
  const char* what;
  std::string_view broken;  // reason, or nothing
  std::string_view source = "fe80::1";
  Packet options = {};
  unsigned hop_limit = 255;
  unsigned code = 0;
  std::size_t cut = 0;  // octets taken off the end
};

template <const auto& Rules>
std::string_view first_broken_in(const Message& m, unsigned type, const Packet& fixed) {
  const Ipv6Fields ip{.source = m.source, .destination = "ff02::1", .hop_limit = m.hop_limit};
  Packet message = icmpv6(ip, type, m.code, 0, fixed + m.options);
  message.resize(message.size() - m.cut);
  const Packet packet = ipv6(ip, message);
  const auto view = Ipv6View::parse(packet).value();
  const NdInput input{view, view.payload(), 8 + fixed.size()};
  auto broken = first_broken<discovery::nd_rules>(input);
  if (!broken) broken = first_broken<Rules>(input);
  return broken ? info(*broken).name : "";
}

const Packet mac_option = hex("0101 02000000000a");

TEST(RouterDiscoveryRules, ND_RA_011_ND_GEN_001_to_003_advertisements) {
  for (const Message& m : {
           Message{"without options", ""},
           Message{"with an option", "", "fe80::1", mac_option},
           Message{"unknown, long and strange options", "", "fe80::1", hex("c801 000000000000 0102") + Packet(14)},
           Message{"the last link-local address", "", "febf:ffff::1"},
           Message{"15 octets", "nd_message_too_short", "fe80::1", {}, 255, 0, 1},
           Message{"4 octets", "nd_message_too_short", "fe80::1", {}, 255, 0, 12},
           Message{"from a router further away", "nd_hop_limit_not_255", "fe80::1", {}, 254},
           Message{"hop limit 0", "nd_hop_limit_not_255", "fe80::1", {}, 0},
           Message{"code 1", "nd_code_not_0", "fe80::1", {}, 255, 1},
           Message{"code 16", "nd_code_not_0", "fe80::1", {}, 255, 16},
           Message{"global source", "router_advertisement_source_not_link_local", "2001:db8::1"},
           Message{"source beside the link-local prefix", "router_advertisement_source_not_link_local", "fec0::1"},
           Message{"source ::", "router_advertisement_source_not_link_local", "::"},
           Message{"length 0", "nd_option_malformed", "fe80::1", hex("0100 000000000000")},
           Message{"past the end", "nd_option_malformed", "fe80::1", hex("0102 000000000000")},
           Message{"half an option", "nd_option_malformed", "fe80::1", mac_option, 255, 0, 1},
           Message{"one octet", "nd_option_malformed", "fe80::1", hex("01")},
           Message{"behind a good one", "nd_option_malformed", "fe80::1", mac_option + hex("c800 000000000000")},
       })
    EXPECT_EQ(first_broken_in<discovery::router_advertisement_rules>(m, 134, Packet(8)), m.broken) << m.what;
}

TEST(RouterDiscoveryRules, ND_RS_004_ND_GEN_001_to_003_solicitations) {
  const Packet long_mac_option = hex("0102 02000000000a 0000000000000000");
  for (const Message& m : {
           Message{"without options", ""},
           Message{"with an address", "", "fe80::1", mac_option},
           Message{"from a global address", "", "2001:db8::1", mac_option},
           Message{"from ::", "", "::"},
           Message{"from :: with another option", "", "::", hex("0201 02000000000a")},
           Message{"7 octets", "nd_message_too_short", "fe80::1", {}, 255, 0, 1},
           Message{"from further away", "nd_hop_limit_not_255", "fe80::1", {}, 254},
           Message{"code 1", "nd_code_not_0", "fe80::1", {}, 255, 1},
           Message{"length 0", "nd_option_malformed", "fe80::1", hex("0100 000000000000")},
           Message{"past the end", "nd_option_malformed", "fe80::1", hex("0102 000000000000")},
           Message{"from :: with an address", "router_solicitation_unspecified_has_link_address", "::", mac_option},
           Message{"of any size", "router_solicitation_unspecified_has_link_address", "::", long_mac_option},
           Message{"in any place", "router_solicitation_unspecified_has_link_address",
                   "::", hex("c801 000000000000") + mac_option},
       })
    EXPECT_EQ(first_broken_in<discovery::router_solicitation_rules>(m, 133, {}), m.broken) << m.what;
}

}  // namespace
}  // namespace tunstack::test::router_discovery_rules_test
